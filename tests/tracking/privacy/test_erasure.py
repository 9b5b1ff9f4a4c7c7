import json
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.utils import timezone

from django_recsys.database import batches
from django_recsys.models import Erasure, Interaction, StoredRecommendations
from django_recsys.tracking import (
    backfill,
    catch_up,
    email_key,
    erase_item,
    erase_visitor,
    export_visitor,
    make_row,
    prune,
    record_interaction,
)
from django_recsys.tracking.bulk_insert import insert_rows
from django_recsys.tracking.privacy.export import COLUMNS
from django_recsys.tracking.recording.record import store_kept
from tests.factories import make_interaction
from tests.hosts.shop.models import Order, OrderLine
from tests.tracking.conftest import NOW, packed, stored, trained_model

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows():
    """Write rows of two visitors and two items, at three ages."""
    Interaction.objects.bulk_create(
        Interaction(
            visitor_key=f"user:{visitor}",
            item_id=str(item),
            kind="view",
            occurred_at=NOW - timedelta(days=days),
        )
        for visitor in (1, 2)
        for item in (3, 4)
        for days in (0, 730, 731)
    )


@pytest.fixture
def _small_batches(monkeypatch):
    monkeypatch.setattr(batches, "ROWS_PER_TRANSACTION", 2)
    monkeypatch.setattr(batches, "ROWS_PER_SERVER_TRANSACTION", 2)


@pytest.mark.usefixtures("rows", "_small_batches")
def test_visitor_is_erased_in_batches():
    model = trained_model()
    model.storedrecommendations_set.create(visitor_key="user:1", ranked=packed("3"))
    counts = erase_visitor("user:1")
    assert counts == {"interactions": 6, "stored_recommendations": 1}
    assert set(stored("visitor_key")) == {"user:2"}
    assert not StoredRecommendations.objects.exists()
    assert erase_visitor("user:1") == {"interactions": 0, "stored_recommendations": 0}


@pytest.mark.usefixtures("rows", "_small_batches")
def test_item_is_erased_in_batches():
    assert erase_item("3") == {"interactions": 6, "item_neighbors": 0}
    assert set(stored("item_id")) == {"4"}


@pytest.mark.usefixtures("rows", "_small_batches")
def test_pruning_keeps_what_retention_allows(now):
    assert prune(now=now) == 4
    assert set(stored("occurred_at")) == {now, now - timedelta(days=730)}
    assert prune(now=now) == 0


@pytest.mark.usefixtures("rows")
def test_shorter_retention_prunes_more(now, settings):
    settings.RECSYS = {**settings.RECSYS, "RETENTION_DAYS": 30}
    assert prune(now=now) == 8


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("rows", "_small_batches")
@pytest.mark.parametrize(
    ("delete", "batch_count"),
    [
        (lambda: prune(now=NOW), 2),
        (lambda: erase_item("3"), 3),
        (lambda: erase_visitor("user:1"), 3),
    ],
)
def test_others_may_write_between_batches_on_sqlite(delete, batch_count, monkeypatch):
    pauses = []
    monkeypatch.setattr(batches, "is_sqlite", lambda alias: True)
    monkeypatch.setattr(batches.time, "sleep", pauses.append)
    delete()
    assert len(pauses) == batch_count


@pytest.mark.usefixtures("rows")
def test_export_holds_rows_and_lists():
    model = trained_model()
    model.storedrecommendations_set.create(visitor_key="user:1", ranked=packed("3"))
    Interaction.objects.filter(visitor_key="user:1").update(price=Decimal("3.50"))
    export = export_visitor("user:1")
    assert export["visitor_key"] == "user:1"
    assert len(export["interactions"]) == 6
    assert export["interactions"][0]["occurred_at"] == NOW - timedelta(days=731)
    assert export["interactions"][0]["price"] == Decimal("3.50")
    assert export["stored_recommendations"] == [
        {
            "recommender": "ease",
            "version": 1,
            "item_ids": ["3"],
            "scores": [1.0],
            "reasons": [None],
        }
    ]


def run(*arguments):
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_commands_take_a_user_name(ada, product, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        record_interaction(user=ada, item=product, kind="purchase", price="3.50")
    key = f"user:{ada.pk}"
    export = json.loads(run("recsys_export", "ada", "--json"))
    assert export["visitor_key"] == key
    assert export["interactions"][0]["price"] == "3.5000"
    assert f"{key}: 1 interactions" in run("recsys_erase", str(ada.pk))
    erased = json.loads(run("recsys_erase", key, "--json"))
    assert erased == {
        "visitor_key": key,
        "interactions": 0,
        "stored_recommendations": 0,
    }


@pytest.mark.parametrize("command", ["recsys_export", "recsys_erase"])
def test_commands_refuse_somebody_unknown(command):
    with pytest.raises(CommandError, match="There is no account 'bob'"):
        run(command, "bob")


@pytest.mark.usefixtures("rows")
def test_prune_command_counts():
    Interaction.objects.update(occurred_at=NOW - timedelta(days=4000))
    assert json.loads(run("recsys_prune", "--json")) == {"pruned": 12}
    assert run("recsys_prune") == "0 old interactions deleted.\n"


def test_a_buyer_without_an_account_is_erased_by_the_address():
    """It found nothing and said "0 deleted"."""
    key = email_key("buyer@example.org")
    make_interaction(key, 3, "purchase")
    make_interaction(email_key("other@example.org"), 3, "purchase")
    said = run("recsys_erase", " Buyer@Example.org")
    assert f"{key}: 1 interactions" in said
    assert "kept as a keyed hash" in said
    assert "0 interactions" in run("recsys_erase", "buyer@example.org")
    assert Interaction.objects.count() == 1
    assert json.loads(run("recsys_export", "other@example.org", "--json"))[
        "interactions"
    ]


def test_an_address_that_is_a_user_name_erases_both(django_user_model):
    user = django_user_model.objects.create_user("ada@example.org")
    keys = [f"user:{user.pk}", email_key("ada@example.org")]
    for key in keys:
        make_interaction(key, 3, "purchase")
    erased = json.loads(run("recsys_erase", "ada@example.org", "--json"))
    assert (erased["visitor_keys"], erased["interactions"]) == (keys, 2)


def test_deleting_an_account_erases_what_its_address_bought(
    django_user_model, django_capture_on_commit_callbacks
):
    user = django_user_model.objects.create_user("ada", "ada@example.org")
    make_interaction(email_key("ada@example.org"), 3, "purchase")
    with django_capture_on_commit_callbacks(execute=True):
        user.delete()
    assert Interaction.objects.count() == 0


class TestWhatIsErasedStaysAway:
    """By whatever road it is told of again."""

    def test_backfill_and_tick_bring_nothing_back(self, ada, product):
        order = Order.objects.create(number="A1", user=ada)
        OrderLine.objects.create(order=order, product=product)
        backfill(now=timezone.now())
        assert stored("visitor_key") == [f"user:{ada.pk}"]

        erase_visitor(f"user:{ada.pk}")

        assert backfill(now=timezone.now()).recorded == 0
        assert catch_up(now=timezone.now()).recorded == 0
        OrderLine.objects.get().save()
        assert stored("visitor_key") == []

    def test_what_happens_later_counts(self, ada, product):
        erase_visitor(f"user:{ada.pk}")
        later = timezone.now() + timedelta(seconds=5)
        make_interaction(f"user:{ada.pk}", product, at=later)
        row = make_row(
            visitor_key=f"user:{ada.pk}",
            item_id=str(product.pk),
            kind="purchase",
            occurred_at=later,
            recorded_at=later,
        )
        assert insert_rows([row]) == 1

    def test_events_that_waited_are_gone(self, ada, product):
        now = timezone.now()
        row = make_row(
            visitor_key=f"user:{ada.pk}",
            item_id=str(product.pk),
            kind="view",
            occurred_at=now,
            recorded_at=now,
        )
        erase_visitor(f"user:{ada.pk}")
        store_kept([row, row._replace(visitor_key="user:999")])
        assert stored("visitor_key") == ["user:999"]

    def test_tombstone_holds_no_key_and_ends(self, settings):
        erase_visitor("guest:abcdef")
        [tombstone] = Erasure.objects.all()
        assert "abcdef" not in f"{tombstone.visitor} {tombstone}"
        prune(now=timezone.now() + timedelta(days=729))
        assert Erasure.objects.exists()
        prune(now=timezone.now() + timedelta(days=731))
        assert not Erasure.objects.exists()


def test_every_column_that_names_a_visitor_is_exported_and_erased():
    personal = {
        (model.__name__, field.name)
        for model in apps.get_app_config("django_recsys").get_models()
        for field in model._meta.get_fields()
        if field.name in ("visitor_key", "user", "email", "visitor")
    }
    assert personal == {
        ("Interaction", "visitor_key"),
        ("StoredRecommendations", "visitor_key"),
        ("Erasure", "visitor"),  # a hash, which is kept because of the erasure
    }
    columns = {field.name for field in Interaction._meta.get_fields()}
    assert columns - {*COLUMNS} == {"id", "visitor_key"}
