"""The doctor finds what is wrong, and says how to mend it."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings as project
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from django_recsys.catalog import Catalog, ItemRecord
from django_recsys.models import Interaction, Lease, RecommenderConfig, TrainingRun
from django_recsys.operations.doctor import examine
from django_recsys.operations.shop_findings import age
from django_recsys.operations.tick import LAST_TICK
from django_recsys.tracking import refusals
from django_recsys.tracking.recording.refusals import STAFF
from tests.factories import make_interaction, make_products, make_serving_model
from tests.hosts.shop.models import Order, OrderLine
from tests.missing_tables import without_table

pytestmark = pytest.mark.django_db


def findings(now=None):
    return {finding.name: finding for finding in examine(now or timezone.now())}


def recsys(**changes):
    return override_settings(RECSYS={**project.RECSYS, **changes})


@pytest.fixture
def healthy_shop():
    """A shop that sells, records, trains and ticks."""
    now = timezone.now()
    products = make_products(3, description="Good.")
    order = Order.objects.create(number="A1")
    OrderLine.objects.create(order=order, product=products[0])
    make_interaction("user:1", products[0], "view", at=now)
    make_interaction("user:1", products[0], "purchase", at=now)
    make_serving_model("ease", data_until=now)
    config = RecommenderConfig.objects.get(key="ease")
    TrainingRun.objects.create(recommender=config, status="promoted")
    Lease.objects.create(name=LAST_TICK, expires_at=now)
    return products


def test_healthy_shop_has_nothing_to_mend(healthy_shop):
    found = findings()
    assert {name: f.detail for name, f in found.items() if f.state != "ok"} == {}
    assert all(finding.remedy == "" for finding in found.values())


def test_empty_shop_fails_where_it_matters():
    found = findings()
    assert {name for name, f in found.items() if f.state == "fail"} == {
        "items",
        "interactions",
        "trainings",
    }
    assert "recsys_backfill" in found["interactions"].remedy
    assert "recsys_train" in found["trainings"].remedy
    assert "recsys_tick" in found["schedule"].remedy


def test_counts_and_samples_are_shown(healthy_shop):
    make_products(2, stock=0)
    found = findings()
    assert found["items"].detail == "shop.Product: 5 found, 3 may be shown"
    assert found["field title"].detail == (
        "shop.Product: name (guessed), as in 'Product 1'"
    )
    assert "category__name (guessed)" in found["field category"].detail
    assert "1 of 1 lines" in found["purchases"].detail
    assert found["interactions: view"].detail.startswith("1, the newest")
    assert "just now" in found["schedule"].detail


def test_configured_fields_are_told_from_guessed_ones(healthy_shop):
    with recsys(ITEM_FIELDS={"title": "brand"}):
        title = findings()["field title"]
    assert "brand (configured)" in title.detail
    assert title.state == "warn"


def test_rule_that_hides_everything_is_found(healthy_shop):
    with recsys(AVAILABLE={"stock__gt": 1000}):
        assert "AVAILABLE" in findings()["items"].remedy


def test_wrong_settings_do_not_stop_the_doctor():
    with recsys(ITEM_MODEL="shop.NoSuchModel", PURCHASES={"model": "no.Such"}):
        found = findings()
    assert found["items"].state == "fail"
    assert "NoSuchModel" in found["items"].detail
    assert found["settings"].state == "fail"
    assert found["cache"].state == "ok"


def test_purchases_that_no_line_passes_are_found(healthy_shop):
    Order.objects.update(paid=False)
    purchases = findings()["purchases"]
    assert (purchases.state, "where" in purchases.remedy) == ("warn", True)
    with recsys(PURCHASES=None):
        assert "PURCHASES" in findings()["purchases"].remedy


def test_silent_pages_are_found(healthy_shop):
    later = timezone.now() + timedelta(days=3)
    found = findings(later)
    assert found["views"].detail == "the newest view is 3 days ago"
    assert found["schedule"].detail == "the last tick was 3 days ago"
    Interaction.objects.filter(kind="view").delete()
    assert "item_viewed" in findings()["views"].remedy


def test_failed_training_shows_its_last_words(healthy_shop):
    config = RecommenderConfig.objects.get(key="ease")
    TrainingRun.objects.create(
        recommender=config, status="failed", message="MemoryError: no room"
    )
    finding = findings()["recommender ease"]
    assert finding.state == "warn"
    assert "no room" in finding.detail
    assert "ease v1 serves" in finding.detail


def test_next_training_is_named(healthy_shop):
    assert findings()["next training"].detail.startswith("ease: 2")
    RecommenderConfig.objects.update(schedule="manual")
    assert findings()["next training"].detail == "only by hand"


def never_the_same_key(key, key_prefix, version):
    return uuid4().hex


def test_cache_that_forgets_at_once_is_found():
    forgetful = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "KEY_FUNCTION": "tests.operations.test_doctor.never_the_same_key",
        }
    }
    with override_settings(CACHES=forgetful):
        cache = findings()["cache"]
    assert (cache.state, "forgets" in cache.detail) == ("fail", True)


def test_sqlite_with_deferred_transactions_is_told():
    if connection.vendor != "sqlite":
        assert connection.display_name in findings()["database"].detail
        return
    options = connection.settings_dict["OPTIONS"]
    before = options.pop("transaction_mode")
    try:
        database = findings()["database"]
    finally:
        options["transaction_mode"] = before
    assert (database.state, "IMMEDIATE" in database.remedy) == ("warn", True)


def test_table_that_is_missing_is_a_finding_not_a_crash():
    with without_table(Interaction):
        found = findings()
    assert found["interactions"].state == "fail"
    assert "migrations" in found["interactions"].remedy
    assert found["items"].detail.startswith("shop.Product")


def test_own_catalog_without_items_is_told(healthy_shop):
    with recsys(CATALOG="tests.operations.test_doctor.EmptyCatalog"):
        assert findings()["items"].state == "fail"


def test_dead_cache_is_found():
    redis = "django.core.cache.backends.redis.RedisCache"
    dead = {"default": {"BACKEND": redis, "LOCATION": "redis://127.0.0.1:1/0"}}
    with override_settings(CACHES=dead):
        assert findings()["cache"].state == "fail"


def test_cache_that_keeps_nothing_is_found():
    dummy = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    with override_settings(CACHES=dummy):
        assert findings()["cache"].state == "warn"


def test_storage_that_cannot_be_written_is_found(tmp_path):
    (tmp_path / "file").write_text("no folder")
    storages = {
        **project.STORAGES,
        "recsys": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "file"},
        },
    }
    with override_settings(STORAGES=storages):
        assert findings()["storage"].state == "fail"


def test_broker_that_does_not_answer_is_found():
    from celery import current_app

    before = current_app.conf.broker_url
    current_app.conf.broker_url = "redis://127.0.0.1:1/0"
    try:
        with recsys(TASKS="celery"):
            broker = findings()["broker"]
    finally:
        current_app.conf.broker_url = before
    assert broker.state == "fail"
    assert "CELERY_BROKER_URL" in broker.remedy


@pytest.mark.services
def test_broker_that_answers_is_named_without_its_password(amqp_url):
    from celery import current_app

    before = current_app.conf.broker_url
    current_app.conf.broker_url = amqp_url
    try:
        with recsys(TASKS="celery"):
            broker = findings()["broker"]
    finally:
        current_app.conf.broker_url = before
    assert broker.state == "ok", broker
    assert "guest:guest" not in broker.detail


def test_missing_migration_is_found():
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'django_recsys'")
    migrations = findings()["migrations"]
    assert migrations.state == "fail"
    assert "0001_initial" in migrations.detail
    assert migrations.remedy == "Run manage.py migrate django_recsys."


def test_switch_that_is_off_is_found():
    with recsys(ENABLED=False):
        assert findings()["switch"].state == "warn"


def test_missing_extra_is_found(monkeypatch):
    from django_recsys.operations import training_findings as module

    monkeypatch.setitem(module.EXTRA_MODULES, "gadgets", "no_such_module")
    monkeypatch.setitem(module.ALGORITHMS, "gadget", ("no.Such", "gadgets"))
    RecommenderConfig.objects.create(key="gadget", algorithm="gadget")
    extras = findings()["extras"]
    assert extras.remedy == "pip install 'django-recsys[gadgets]'"


class OtherCatalog(Catalog):
    """A host's own catalog: two items, described by code."""

    def item_id(self, item):
        return str(item)

    def canonical_ids(self, model, primary_keys):
        return {}

    def visible(self, item_ids, *, request=None, described=False):
        return {}

    def visible_ids(self):
        return iter(["1", "2"])

    def records(self, fields=()):
        return iter(())

    def describe(self, item):
        return ItemRecord(item_id=str(item))


class EmptyCatalog(OtherCatalog):
    """A host's own catalog that shows nothing."""

    def visible_ids(self):
        return iter(())


def test_catalog_of_the_host_is_counted(healthy_shop):
    with recsys(CATALOG="tests.operations.test_doctor.OtherCatalog"):
        found = findings()
    assert found["items"].detail == "OtherCatalog: 2 items may be shown"
    assert found["fields"].detail == "described by OtherCatalog"


def test_guests_that_leave_no_history_are_told():
    names = [name for name in project.MIDDLEWARE if "recsys" not in name]
    with override_settings(MIDDLEWARE=names):
        assert "not in MIDDLEWARE" in findings()["guests"].detail


def test_shop_without_a_url_or_price_is_told(healthy_shop):
    with recsys(ITEM_MODEL="shop.Category", AVAILABLE=None):
        found = findings()
    assert "ITEM_FIELDS" in found["field price"].remedy
    assert found["field brand"].state == "ok"


def test_command_ends_with_code_1_where_something_fails(capsys):
    with pytest.raises(SystemExit) as stopped:
        call_command("recsys_doctor")
    assert stopped.value.code == 1
    printed = capsys.readouterr().out
    assert "fail  items" in printed
    assert "-> Run manage.py recsys_train." in printed


def test_command_prints_json(healthy_shop, capsys):
    call_command("recsys_doctor", json=True)
    printed = json.loads(capsys.readouterr().out)
    assert {"name", "state", "detail", "remedy"} == set(printed[0])


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=5), "5 minutes ago"),
        (timedelta(minutes=61), "1 hour ago"),
        (timedelta(days=2), "2 days ago"),
    ],
)
def test_age_in_words(span, words):
    assert age(span) == words


def no_address(item):
    return object()


def no_file(item):
    raise ValueError("no such file")


@pytest.mark.parametrize(
    ("picture", "error"), [(no_address, "has no address"), (no_file, "no such file")]
)
def test_field_that_cannot_be_read_is_named_with_an_item(healthy_shop, picture, error):
    with recsys(ITEM_FIELDS={"image": f"{__name__}.{picture.__name__}"}):
        found = findings()["field image"]
    assert found.state == "warn"
    first = healthy_shop[0].pk
    assert f"cannot be read of 3 of 3 items, as of {first}: " in found.detail
    assert error in found.detail


def test_dates_of_the_future_are_found_and_hide_nothing(healthy_shop):
    """It said "the newest 2056, just now: ok"."""
    assert "dates" not in findings()
    make_interaction(
        "user:9", make_products(1)[0], at=timezone.now() + timedelta(days=7300)
    )

    found = findings()

    assert found["dates"].state == "warn"
    assert "1 interactions lie in the future, as a view of" in found["dates"].detail
    assert found["interactions: view"].detail.endswith("(just now)")


def test_proxy_that_nobody_counted_is_found(healthy_shop, settings):
    assert "addresses" not in findings()
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert "NUM_PROXIES" in findings()["addresses"].remedy
    settings.REST_FRAMEWORK = {"NUM_PROXIES": 1}
    assert "addresses" not in findings()


def test_why_nothing_is_recorded_is_said(healthy_shop, refused_nothing):
    assert "refused" not in findings()
    Interaction.objects.filter(kind="view").delete()
    refusals.add("view", STAFF, 14)
    refusals.flush()

    found = findings()["refused"]

    assert found.detail == "0 views stored, 14 refused: staff"
    assert (found.state, "as a customer does" in found.remedy) == ("warn", True)


def test_purchases_that_are_not_stored_are_counted(healthy_shop):
    assert "stored purchases" not in findings()
    long_ago = timezone.now() - timedelta(days=300)
    for number, moment in ((71, long_ago), (72, timezone.now())):
        order = Order.objects.create(
            number=str(number), email="a@b.c", created_at=moment, paid=True
        )
        line = OrderLine(order=order, product=healthy_shop[0])
        OrderLine.objects.bulk_create([line])

    found = findings()["stored purchases"]

    assert "2 lines are not stored, up to 1 of them older than" in found.detail
    assert "recsys_backfill" in found.remedy


def test_history_stands_in_for_purchases():
    with recsys(PURCHASES=None, HISTORY="tests.operations.test_doctor.no_history"):
        found = findings()
    assert "purchases" not in found
    assert "recsys_backfill reads" in found["history"].detail


def no_history():
    return []
