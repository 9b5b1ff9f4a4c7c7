"""One purchase is one row, by whichever roads and in whichever order it is found."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from django_recsys.models import Interaction
from django_recsys.operations.tick import run_tick
from django_recsys.signals import item_purchased, item_returned
from django_recsys.tracking import backfill, catch_up, email_key, record_interaction
from tests.hosts.shop.models import Order, OrderLine, Product, Variant
from tests.tracking.conftest import stored

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def order(ada):
    return Order.objects.create(number="A1", user=ada)


def key_of(line):
    return f"shop.orderline:{line.pk}"


def tell(order, product, **given):
    item_purchased.send(
        sender=Order,
        user=order.user,
        item=product,
        reference=order.number,
        **given,
    )


def test_saved_line_is_recorded(ada, product, order):
    line = OrderLine.objects.create(
        order=order, product=product, quantity=3, unit_price="2.50"
    )
    row = Interaction.objects.get()
    assert (row.visitor_key, row.item_id) == (f"user:{ada.pk}", str(product.pk))
    assert (row.kind, row.event_id, row.reference) == ("purchase", key_of(line), "A1")
    assert (row.quantity, row.price) == (3.0, 2.5)
    assert row.occurred_at == order.created_at


def test_signal_after_the_line(product, order):
    line = OrderLine.objects.create(order=order, product=product)
    tell(order, product)
    assert stored("event_id") == [key_of(line)]


def test_signal_before_the_line(product, order):
    tell(order, product)
    assert stored("event_id") == [f"ref:A1:{product.pk}"]
    line = OrderLine.objects.create(order=order, product=product)
    assert stored("event_id") == [key_of(line)]


def test_signal_and_line_in_one_transaction(product, order):
    with transaction.atomic():
        tell(order, product)
        line = OrderLine.objects.create(order=order, product=product)
        tell(order, product)
    assert stored("event_id") == [key_of(line)]


def test_signal_about_a_line_without_signal_of_its_own(product, ada, order_line):
    line = order_line(product, ada, number="A1")
    tell(line.order, product)
    assert stored("event_id") == [key_of(line)]


def test_every_road_at_once(product, ada, order_line):
    line = order_line(product, ada, created_at=timezone.now())
    tell(line.order, product)
    line.save()
    backfill(now=timezone.now())
    catch_up(now=timezone.now())
    assert stored("event_id") == [key_of(line)]


def test_provisional_row_goes_when_the_backfill_finds_the_line(
    product, order, order_line
):
    tell(order, product)
    line = order_line(product, number="A1")
    assert stored("event_id") == [f"ref:A1:{product.pk}"]
    backfill(now=timezone.now())
    assert stored("event_id") == [key_of(line)]


def test_provisional_row_of_another_item_stays(product, order, order_line):
    other = Product.objects.create(name="Chair")
    tell(order, other)
    line = order_line(product, number="A1")
    catch_up(now=timezone.now())
    assert sorted(stored("event_id")) == [f"ref:A1:{other.pk}", key_of(line)]


def test_same_reference_and_item_is_stored_once(ada, product):
    for _time in range(2):
        record_interaction(user=ada, item=product, kind="purchase", reference="till")
    assert len(stored("pk")) == 1


def product_of(variant):
    return getattr(variant, "product", variant)


def test_two_variants_of_a_product_are_two_rows(ada, product, order, settings):
    settings.RECSYS = {
        **settings.RECSYS,
        "CANONICAL": f"{__name__}.product_of",
        "PURCHASES": {**settings.RECSYS["PURCHASES"], "item": "variant"},
    }
    lines = []
    with transaction.atomic():
        for name in ("red", "blue"):
            variant = Variant.objects.create(product=product, name=name)
            tell(order, product)
            lines.append(
                OrderLine.objects.create(order=order, product=product, variant=variant)
            )
    assert stored("item_id") == [str(product.pk)] * 2
    assert sorted(stored("event_id")) == sorted(key_of(line) for line in lines)


def test_lines_of_one_transaction_are_recorded_together(
    product, order, django_assert_max_num_queries
):
    with django_assert_max_num_queries(40), transaction.atomic():
        for _number in range(20):
            OrderLine.objects.create(order=order, product=product)
    assert len(stored("pk")) == 20


def test_line_of_a_rolled_back_savepoint_is_not_recorded(product, order):
    with transaction.atomic():
        kept = OrderLine.objects.create(order=order, product=product)
        with transaction.atomic():
            OrderLine.objects.create(order=order, product=product)
            transaction.set_rollback(True)
    assert stored("event_id") == [key_of(kept)]


def test_line_after_a_rolled_back_transaction_is_recorded(product, order):
    with transaction.atomic():
        OrderLine.objects.create(order=order, product=product)
        transaction.set_rollback(True)
    kept = OrderLine.objects.create(order=order, product=product)
    assert stored("event_id") == [key_of(kept)]


def test_unpaid_line_waits_until_it_is_paid(product, order):
    Order.objects.update(paid=False)
    line = OrderLine.objects.create(order=order, product=product)
    assert stored("pk") == []
    tell(order, product)
    assert stored("event_id") == [f"ref:A1:{product.pk}"]
    Order.objects.update(paid=True)
    catch_up(now=timezone.now())
    assert stored("event_id") == [key_of(line)]


def test_order_that_is_saved_as_paid_is_found_by_the_tick(product, order):
    Order.objects.update(paid=False)
    line = OrderLine.objects.create(order=order, product=product)
    order.paid = True
    order.save()
    assert stored("pk") == []  # no line was saved, so no signal tells
    assert run_tick(timezone.now()).caught_up["recorded"] == 1
    assert stored("event_id") == [key_of(line)]
    assert run_tick(timezone.now()).caught_up["recorded"] == 0


@pytest.mark.parametrize("days", [1, 30, 45])
def test_order_paid_long_after_it_was_made_is_found(
    product, ada, order_line, now, days
):
    line = order_line(product, ada, created_at=now, paid=False)
    paid_at = now + timedelta(days=days)
    assert catch_up(now=paid_at - timedelta(minutes=1)).read == 0
    Order.objects.update(paid=True)
    report = catch_up(now=paid_at)
    assert (report.read, report.recorded) == (1, 1)
    assert stored("event_id", "occurred_at", "recorded_at") == [
        (key_of(line), now, paid_at)
    ]


def test_bulk_created_lines_are_found(product, ada, order_line, now):
    for _number in range(3):
        order_line(product, ada, number="A1", created_at=now)
    assert stored("pk") == []
    assert catch_up(now=now).recorded == 3
    again = catch_up(now=now)
    assert (again.recorded, again.already_recorded) == (0, 3)


def test_fixture_tells_nothing(product, order, tmp_path):
    OrderLine.objects.bulk_create([OrderLine(order=order, product=product)])
    path = tmp_path / "lines.json"
    call_command("dumpdata", "shop.OrderLine", output=str(path), verbosity=0)
    call_command("loaddata", str(path), verbosity=0)
    assert stored("pk") == []


def test_guest_order_is_kept_under_a_hash(product, order_line, now):
    order_line(product, email="Bob@example.com")
    order_line(product, email="")
    report = catch_up(now=now)
    assert (report.recorded, report.without_buyer) == (1, 1)
    assert stored("visitor_key") == [email_key("bob@example.com")]


def test_return_stands_beside_its_purchase(product, ada, order_line, now):
    order_line(product, ada, number="A1", quantity=2)
    order_line(product, ada, number="A1", quantity=-1)
    report = backfill(now=now)
    assert (report.recorded, report.returns) == (2, 1)
    assert stored("kind", "quantity") == [("purchase", 2.0), ("return", 1.0)]


def test_return_told_by_a_signal_stands_beside_its_purchase(product, order):
    line = OrderLine.objects.create(order=order, product=product)
    item_returned.send(sender=Order, user=order.user, item=product, reference="A1")
    assert stored("kind", "event_id") == [
        ("purchase", key_of(line)),
        ("return", f"ref:A1:{product.pk}"),
    ]


def test_signal_of_a_guest_without_key_stores_the_known_line(
    product, order_line, browser
):
    line = order_line(product, number="A1", email="bob@example.com")
    item_purchased.send(
        sender=Order, request=browser(cookies={}), item=product, reference="A1"
    )
    assert stored("event_id", "visitor_key") == [
        (key_of(line), email_key("bob@example.com"))
    ]
