"""Many rows, some at a time; a shop that writes meanwhile is in tests/training."""

import time
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from django_recsys.database import batches
from django_recsys.database.batches import delete_in_batches, fair_transaction
from django_recsys.models import Interaction

NOW = datetime(2026, 3, 1, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pauses(monkeypatch):
    """Note the pauses in place of making them, and whether the lock is free then."""
    noted = []

    def note(seconds):
        noted.append(seconds)
        assert not connection.in_atomic_block

    monkeypatch.setattr(batches.time, "sleep", note)
    return noted


def work(seconds=0.02):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


@pytest.mark.parametrize(
    ("size_on", "sqlite"),
    [("ROWS_PER_TRANSACTION", True), ("ROWS_PER_SERVER_TRANSACTION", False)],
)
def test_rows_go_in_batches_and_the_others_stay(size_on, sqlite, monkeypatch, pauses):
    monkeypatch.setattr(batches, "is_sqlite", lambda alias: sqlite)
    monkeypatch.setattr(batches, size_on, 2)
    Interaction.objects.bulk_create(
        Interaction(visitor_key=visitor, item_id=str(item), occurred_at=NOW)
        for visitor in ("user:1", "user:2")
        for item in range(5)
    )
    with CaptureQueriesContext(connection) as queries:
        deleted = delete_in_batches(Interaction.objects.of("user:1").order_by("-pk"))
    assert deleted == 5
    assert Interaction.objects.of("user:2").count() == 5
    assert Interaction.objects.count() == 5
    sent = [query["sql"] for query in queries if query["sql"].startswith("DELETE")]
    assert len(sent) == 3
    assert len(pauses) == (3 if sqlite else 0)


def test_pause_is_as_long_as_the_lock_was_held(monkeypatch, pauses):
    monkeypatch.setattr(batches, "is_sqlite", lambda alias: True)
    with fair_transaction("default"):
        work()
    assert 0.02 <= pauses.pop() < batches.LONGEST_PAUSE_SECONDS
    monkeypatch.setattr(batches, "LONGEST_PAUSE_SECONDS", 0.01)
    with fair_transaction("default"):
        work()
    assert pauses == [0.01]


def test_no_pause_while_somebody_else_holds_the_transaction(monkeypatch, pauses):
    monkeypatch.setattr(batches, "is_sqlite", lambda alias: True)
    with transaction.atomic(), fair_transaction("default"):
        pass
    assert pauses == []


def fail_halfway():
    with fair_transaction("default"):
        Interaction.objects.create(visitor_key="user:1", item_id="1", occurred_at=NOW)
        raise ZeroDivisionError


def test_what_fails_is_rolled_back_without_a_pause(pauses):
    with pytest.raises(ZeroDivisionError):
        fail_halfway()
    assert not Interaction.objects.exists()
    assert pauses == []


def test_servers_and_sqlite_are_told_apart():
    assert batches.is_sqlite("default") == (connection.vendor == "sqlite")
