from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from django_recsys.models import Interaction
from django_recsys.tracking.bulk_insert import insert_row, insert_rows, large_cache
from django_recsys.tracking.rows import InteractionRow, make_row
from tests.tracking.conftest import NOW, stored

pytestmark = pytest.mark.django_db


def row(event_id=None, **changed):
    given = {
        "visitor_key": "user:1",
        "item_id": "3",
        "kind": "purchase",
        "occurred_at": NOW,
        "recorded_at": NOW,
        "event_id": event_id,
        **changed,
    }
    return make_row(**given)


def test_values_come_back_as_they_went_in():
    occurred_at = datetime(2026, 1, 31, 23, 59, 58, 123456, tzinfo=UTC)
    insert_row(
        row(
            "e1",
            visitor_key="guest:Ä😀",
            occurred_at=occurred_at,
            quantity=2.5,
            value=4.5,
            price=Decimal("1234.5678"),
            reference="Nr. 7 'x'; %s",
        )
    )
    found = Interaction.objects.values_list(*InteractionRow._fields).get()
    assert found == (
        "guest:Ä😀",
        "3",
        "purchase",
        "e1",
        occurred_at,
        NOW,
        2.5,
        4.5,
        Decimal("1234.5678"),
        "Nr. 7 'x'; %s",
    )


def test_stored_rows_are_counted_and_the_others_left_alone():
    assert insert_rows(row(f"e{number}") for number in range(10)) == 10
    again = [row(f"e{number}", quantity=9) for number in range(12)]
    assert insert_rows(again) == 2
    assert Interaction.objects.filter(quantity=9).count() == 2
    assert insert_rows([]) == 0


def test_many_rows_need_several_transactions(monkeypatch):
    monkeypatch.setattr("django_recsys.tracking.bulk_insert.ROWS_PER_TRANSACTION", 4)
    assert insert_rows(row(f"e{number}") for number in range(10)) == 10
    assert len(set(stored("event_id"))) == 10


def test_event_ids_differ_by_case_and_kind():
    events = [row("Ab"), row("aB"), row("Ab", kind="return"), row(None), row(None)]
    assert insert_rows(events) == 5


def test_repeated_event_leaves_the_transaction_whole():
    with transaction.atomic():
        insert_row(row("e1"))
        insert_row(row("e1"))
        assert stored("event_id") == ["e1"]


def test_row_that_breaks_another_rule_is_refused():
    with pytest.raises(DatabaseError), transaction.atomic():
        insert_row(row()._replace(item_id=None))
    assert stored("pk") == []


def test_text_that_is_too_long_is_refused_in_bulk_too():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite takes any length, MariaDB would cut it: `make_row` checks")
    with pytest.raises(DatabaseError), transaction.atomic():
        insert_rows([row()._replace(item_id="x" * 192)])


def test_cache_of_sqlite_is_given_back():
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite needs it")

    def size():
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size")
            return cursor.fetchone()[0]

    before = size()
    with large_cache():
        assert size() == -64000
    assert size() == before
