import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from django_recsys.exceptions import ConfigurationError
from django_recsys.models import Interaction
from django_recsys.tracking import backfill, catch_up, purchase_sources
from django_recsys.tracking.purchases.reader import record_lines
from tests.hosts.shop.models import Order, OrderLine, Product
from tests.tracking.conftest import NOW, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(ada, product, order_line):
    """Write one line of every sort, without a signal."""
    order_line(product, ada, quantity=2, created_at=NOW - timedelta(days=10))
    order_line(product, ada, quantity=-1)
    order_line(product, email="bob@example.com")
    order_line(product)
    order_line(product, ada, quantity=0)
    order_line(product, ada, created_at=NOW - timedelta(days=731))
    order_line(product, ada, paid=False)


COUNTS = {
    "read": 6,
    "recorded": 3,
    "already_recorded": 0,
    "returns": 1,
    "without_buyer": 1,
    "without_item": 0,
    "without_quantity": 1,
    "older_than_retention": 1,
    "bad_date": 0,
    "unusable": 0,
    "unknown_users": 0,
    "earliest": (NOW - timedelta(days=10)).isoformat(),
    "latest": NOW.isoformat(),
    "is_dry_run": False,
}


@pytest.mark.usefixtures("shop")
def test_every_line_is_counted_in_one_place(now):
    assert backfill(now=now).as_dict() == COUNTS
    assert Interaction.objects.count() == 3


@pytest.mark.usefixtures("shop")
def test_again_adds_nothing(now):
    backfill(now=now)
    again = backfill(now=now)
    assert (again.recorded, again.already_recorded) == (0, 3)
    assert Interaction.objects.count() == 3


@pytest.mark.usefixtures("shop")
def test_dry_run_counts_the_same_and_stores_nothing(now):
    assert backfill(now=now, dry_run=True).as_dict() == {**COUNTS, "is_dry_run": True}
    assert Interaction.objects.count() == 0
    backfill(now=now)
    again = backfill(now=now, dry_run=True)
    assert (again.recorded, again.already_recorded) == (0, 3)


def test_interrupted_run_goes_on_where_it_stopped(now, ada, product, order_line):
    for _number in range(4):
        order_line(product, ada)
    backfill(now=now)
    Interaction.objects.filter(pk__gt=Interaction.objects.earliest("pk").pk).delete()
    report = backfill(now=now)
    assert (report.recorded, report.already_recorded) == (3, 1)


def test_pages_hold_every_line_once(now, ada, product, monkeypatch):
    monkeypatch.setattr("django_recsys.tracking.purchases.backfill.LINES_PER_PAGE", 3)
    order = Order.objects.create(number="A1", user=ada, created_at=now)
    OrderLine.objects.bulk_create(
        OrderLine(order=order, product=product) for _number in range(10)
    )
    seen = []
    report = backfill(now=now, progress=seen.append)
    assert report.recorded == 10
    assert seen == [3, 6, 9, 10]


def test_a_page_is_cut_by_keys_alone(now, shop):
    with CaptureQueriesContext(connection) as captured:
        backfill(now=now)
    joined = [query["sql"] for query in captured if "JOIN" in query["sql"]]
    assert joined
    assert [sql for sql in joined if "LIMIT" in sql] == []


def test_queries_do_not_grow_with_the_lines(now, ada, product, order_line):
    order = order_line(product, ada).order
    OrderLine.objects.bulk_create(
        OrderLine(order=order, product=product) for _number in range(500)
    )
    backfill(now=now)
    counts = []
    for _run in range(2):
        with CaptureQueriesContext(connection) as captured:
            backfill(now=now)
        counts.append(len(captured))
        OrderLine.objects.bulk_create(
            OrderLine(order=order, product=product) for _number in range(500)
        )
    assert counts[0] == counts[1] < 12


def test_catch_up_reads_only_keys_where_nothing_is_new(
    now, ada, product, order_line, django_assert_num_queries
):
    for _number in range(5):
        order_line(product, ada)
    catch_up(now=now)
    with django_assert_num_queries(2):
        report = catch_up(now=now)
    assert (report.read, report.already_recorded, report.recorded) == (5, 5, 0)


def test_catch_up_looks_back_as_far_as_it_is_told(now, ada, product, order_line):
    order_line(product, ada, created_at=now - timedelta(days=59))
    order_line(product, ada, created_at=now - timedelta(days=61))
    assert catch_up(now=now, days=10).read == 0
    assert catch_up(now=now).read == 1
    assert catch_up(now=now, days=100).recorded == 1


def test_several_sources_are_read(now, ada, product, order_line, settings):
    order_line(product, ada, number="WEB1")
    order_line(product, ada, number="TILL1")
    web = settings.RECSYS["PURCHASES"]
    settings.RECSYS = {
        **settings.RECSYS,
        "PURCHASES": [
            {**web, "where": {"order__number__startswith": "WEB"}},
            {**web, "where": {"order__number__startswith": "TILL"}, "price": None},
        ],
    }
    assert backfill(now=now).recorded == 2
    assert stored("reference", "price") == [("WEB1", 1), ("TILL1", None)]


def test_lookups_may_name_columns(now, ada, product, order_line, settings):
    line = order_line(product, ada)
    settings.RECSYS = {
        **settings.RECSYS,
        "PURCHASES": {
            "model": "shop.OrderLine",
            "item": "product_id",
            "user": "order__user_id",
            "at": "order__created_at__date",
            "line": "id",
        },
    }
    assert backfill(now=now).recorded == 1
    (row,) = Interaction.objects.all()
    assert (row.item_id, row.visitor_key) == (str(product.pk), f"user:{ada.pk}")
    assert row.event_id == f"shop.orderline:{line.pk}"
    assert row.occurred_at == now.replace(hour=0)


def test_several_item_models_have_their_labels_in_the_ids(
    now, ada, product, order_line, settings
):
    order_line(product, ada)
    settings.RECSYS = {
        **settings.RECSYS,
        "ITEM_MODEL": ["shop.Product", "shop.Variant"],
        "AVAILABLE": None,
    }
    backfill(now=now)
    assert stored("item_id") == [f"shop.product:{product.pk}"]


def past():
    yield {"user": 7, "item": 3, "kind": "view", "timestamp": NOW.timestamp()}
    yield {"user": "guest:0f", "item": 3, "kind": "like", "at": NOW}
    yield {"email": "bob@example.com", "item": 3, "kind": "purchase", "at": NOW}
    yield {"user": 7, "item": 3, "kind": "view", "at": NOW - timedelta(days=800)}
    yield {"user": 7, "item": 3, "kind": "glance", "at": NOW}
    yield {"user": 7, "item": 3, "kind": "view"}


def test_history_is_read_too(now, settings):
    settings.RECSYS = {**settings.RECSYS, "HISTORY": f"{__name__}.past"}
    for recorded in (3, 0):
        report = backfill(now=now)
        assert (report.read, report.recorded) == (6, recorded)
        assert (report.unusable, report.older_than_retention) == (2, 1)
    assert stored("visitor_key")[:2] == ["user:7", "guest:0f"]


def test_dry_run_of_the_history_stores_nothing(now, settings):
    settings.RECSYS = {**settings.RECSYS, "HISTORY": f"{__name__}.past"}
    assert backfill(now=now, dry_run=True).recorded == 3
    assert stored("pk") == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"PURCHASES": {"model": "shop.OrderLine"}}, "lacks item, at"),
        (
            {"PURCHASES": {"model": "shop.Line", "item": "x", "at": "y"}},
            "names the model 'shop.Line', which is not installed",
        ),
        ({"HISTORY": "tests.nothing"}, "HISTORY"),
    ],
)
def test_wrong_setting_is_named(now, settings, wrong, sentence):
    settings.RECSYS = {"ITEM_MODEL": "shop.Product", **wrong}
    with pytest.raises(ConfigurationError, match=sentence):
        backfill(now=now)
    with pytest.raises(CommandError, match=sentence):
        call_command("recsys_backfill")


def run(*arguments):
    out = StringIO()
    call_command("recsys_backfill", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_command_prints_counts(ada, order_line):
    product = Product.objects.create(name="Lamp")
    line = order_line(product, ada)
    Order.objects.update(created_at=ada.date_joined)
    assert "Dry run, nothing stored." in run("--dry-run")
    assert stored("pk") == []
    counts = json.loads(run("--json"))
    assert counts["recorded"] == 1
    assert stored("event_id") == [f"shop.orderline:{line.pk}"]
    assert "already recorded  1" in run()


def test_command_says_when_there_is_nothing_to_read(db, settings):
    settings.RECSYS = {"ITEM_MODEL": "shop.Product"}
    assert "set RECSYS['PURCHASES']" in run()


@pytest.mark.parametrize(
    ("table", "column", "value", "count"),
    [
        ("shop_order", "created_at", "yesterday", "bad_date"),
        ("shop_order", "created_at", "0001-01-01 00:00:00", "bad_date"),
        ("shop_orderline", "unit_price", "1e9999999", "unusable"),
        ("shop_orderline", "unit_price", "dear", "unusable"),
        ("shop_orderline", "quantity", "two", "unusable"),
        ("shop_order", "number", "x" * 200, "unusable"),
    ],
)
def test_value_that_its_column_should_not_hold_loses_no_other(
    now, ada, product, order_line, table, column, value, count
):
    if connection.vendor != "sqlite":
        pytest.skip("the other databases take no such value")
    order_line(product, ada)
    bad = order_line(product, ada)
    order_line(product, ada)
    key = bad.order_id if table == "shop_order" else bad.pk
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {column} = %s WHERE id = %s",  # noqa: S608
            [value, key],
        )
    reasons = []
    for road in (
        lambda: backfill(
            now=now, dry_run=True, reject=lambda *why: reasons.append(why)
        ),
        lambda: backfill(now=now),
    ):
        report = road()
        assert (report.read, report.recorded, getattr(report, count)) == (3, 2, 1)
    assert reasons[0][0] == f"shop.OrderLine {bad.pk}"
    assert Interaction.objects.count() == 2
    assert record_lines(purchase_sources()[0], [bad.pk], now=now) == set()
