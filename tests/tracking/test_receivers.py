import logging
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from django_recsys import signals
from django_recsys.models import (
    Interaction,
    ItemNeighbors,
    StoredRecommendations,
)
from django_recsys.resilience.log_once import forget_reports
from django_recsys.tracking import receivers
from django_recsys.tracking.recording.record import retry_buffer
from tests.hosts.shop.models import Order, OrderLine, Product
from tests.tracking.conftest import packed, stored, trained_model

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _fresh_log():
    forget_reports()
    retry_buffer.forget()


@pytest.fixture
def no_table(ada, product):
    """Take our table away: a database that refuses."""
    with connection.schema_editor() as editor:
        editor.delete_model(Interaction)
    yield
    with connection.schema_editor() as editor:
        editor.create_model(Interaction)


@pytest.mark.parametrize(
    ("name", "kind", "given"),
    [
        ("item_viewed", "view", {}),
        ("item_added_to_cart", "cart_add", {"quantity": 2}),
        ("item_purchased", "purchase", {"price": Decimal("3.50")}),
        ("item_removed", "removal", {}),
        ("item_rated", "rating", {"value": 4.5}),
        ("item_liked", "like", {}),
        ("item_returned", "return", {}),
    ],
)
def test_each_signal_is_recorded(ada, product, name, kind, given):
    signal = getattr(signals, name)
    answers = signal.send(sender=Product, user=ada, item=product, **given)
    row = Interaction.objects.get()
    assert (row.kind, row.visitor_key) == (kind, f"user:{ada.pk}")
    for column, value in given.items():
        assert getattr(row, column) == value
    assert [answer for _receiver, answer in answers] == [None]


def test_connecting_again_records_once(ada, product):
    receivers.connect_tracking()
    signals.item_viewed.send(sender=Product, user=ada, item=product)
    assert len(stored("pk")) == 1


@pytest.mark.parametrize("given", [{}, {"item": None}, {"item": "no key"}])
def test_mistake_in_a_signal_never_reaches_the_page(ada, given, caplog):
    signals.item_viewed.send(sender=Product, user=ada, **given)
    assert stored("pk") == []
    assert "could not record an interaction" in caplog.text


@pytest.mark.usefixtures("no_table")
def test_refusing_database_never_reaches_the_page(ada, product, caplog):
    for _time in range(3):
        signals.item_viewed.send(sender=Product, user=ada, item=product)
    lost, failed = caplog.records
    assert "could not record an interaction" in failed.getMessage()
    assert failed.name == "django_recsys"
    assert failed.exc_info
    assert ": 1 view (" in lost.getMessage()


@pytest.mark.usefixtures("no_table")
def test_lost_events_are_summed_up_when_rows_are_stored_again(ada, product, caplog):
    def view():
        signals.item_viewed.send(sender=Product, user=ada, item=product)

    for _time in range(3):
        view()
    signals.item_liked.send(sender=Product, user=ada, item=product)
    with connection.schema_editor() as editor:
        editor.create_model(Interaction)
    caplog.clear()
    view()
    view()
    with connection.schema_editor() as editor:
        editor.delete_model(Interaction)
    [said] = caplog.records
    assert ": 1 like, 3 view (" in said.getMessage()
    assert "stored again" in said.getMessage()


@pytest.mark.usefixtures("no_table")
def test_refusing_database_leaves_the_hosts_transaction_whole(ada, product):
    with transaction.atomic():
        order = Order.objects.create(number="A1", user=ada)
        OrderLine.objects.create(order=order, product=product)
        signals.item_purchased.send(
            sender=Order, user=ada, item=product, reference="A1"
        )
    assert OrderLine.objects.count() == 1


@pytest.mark.urls("tests.tracking.urls")
@pytest.mark.usefixtures("no_table")
def test_refusing_database_leaves_the_page_whole(client, ada, product):
    client.force_login(ada)
    response = client.get(f"/product/{product.pk}/", headers={"user-agent": "Gecko"})
    assert response.content == b"Lamp"
    assert client.get("/enter/").content == b"Hello Ada"


@pytest.mark.usefixtures("no_table")
def test_user_can_be_deleted_while_our_database_refuses(ada, caplog):
    ada.delete()
    assert not User.objects.exists()
    failed = [each.getMessage() for each in caplog.records if each.exc_info]
    assert "erase_visitor('user:" in failed[0]
    assert all("erase_visitor('email:" in each for each in failed[1:])


def test_deleted_user_takes_rows_and_lists_along(ada, product, caplog):
    caplog.set_level(logging.INFO, logger="django_recsys")
    key = f"user:{ada.pk}"
    model = trained_model()
    for owner in (key, "user:999"):
        model.storedrecommendations_set.create(visitor_key=owner, ranked=packed("1"))
        Interaction.objects.create(
            visitor_key=owner, item_id="1", kind="view", occurred_at=ada.date_joined
        )
    User.objects.filter(pk=ada.pk).delete()
    assert stored("visitor_key") == ["user:999"]
    assert StoredRecommendations.objects.get().visitor_key == "user:999"
    assert f"Erased visitor {key}" in caplog.text


def test_user_whose_deletion_is_rolled_back_keeps_everything(ada, product):
    signals.item_viewed.send(sender=Product, user=ada, item=product)
    with transaction.atomic():
        User.objects.get(pk=ada.pk).delete()
        transaction.set_rollback(True)
    assert len(stored("pk")) == 1


def test_erasing_goes_on_while_switched_off(ada, product, settings):
    signals.item_viewed.send(sender=Product, user=ada, item=product)
    settings.RECSYS = {**settings.RECSYS, "ENABLED": False}
    ada.delete()
    assert stored("pk") == []


def test_deleted_item_takes_rows_and_neighbors_along(ada, product):
    other = Product.objects.create(name="Chair")
    model = trained_model()
    for item in (product, other):
        signals.item_viewed.send(sender=Product, user=ada, item=item)
        model.itemneighbors_set.create(item_id=str(item.pk), ranked=packed("1"))
    product.delete()
    assert stored("item_id") == [str(other.pk)]
    assert ItemNeighbors.objects.get().item_id == str(other.pk)


def first_product(item):
    return Product.objects.order_by("pk").first()


def test_deleted_variant_leaves_its_product_alone(ada, product, settings):
    settings.RECSYS = {**settings.RECSYS, "CANONICAL": f"{__name__}.first_product"}
    variant = Product.objects.create(name="Lamp, red")
    signals.item_viewed.send(sender=Product, user=ada, item=variant)
    variant.delete()
    assert stored("item_id") == [str(product.pk)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"ITEM_MODEL": "shop.Nothing"},
        {"ITEM_MODEL": ["shop.Product", 7]},
        {"PURCHASES": {"model": "shop.Nothing"}},
        {"PURCHASES": {"model": None}},
        {"PURCHASES": ["shop.OrderLine"]},
        {"PURCHASES": {"model": "shop.OrderLine", "item": "nothing"}},
    ],
)
def test_wrong_setting_does_not_break_the_start(settings, wrong, ada, product):
    settings.RECSYS = wrong
    receivers.connect_tracking()
    settings.RECSYS = {"ITEM_MODEL": "shop.Product"}
    signals.item_viewed.send(sender=type(product), user=ada, item=product)
    assert Interaction.objects.filter(visitor_key=f"user:{ada.pk}").count() == 1


def test_wrong_source_does_not_break_saving_a_line(ada, product, settings, caplog):
    order = Order.objects.create(number="A1", user=ada)
    wrong = {"model": "shop.OrderLine", "item": "nothing", "at": "order__created_at"}
    settings.RECSYS = {**settings.RECSYS, "PURCHASES": wrong}
    OrderLine.objects.create(order=order, product=product)
    assert "could not record an order line" in caplog.text
