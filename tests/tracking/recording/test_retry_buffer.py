"""What waits while a database of our own is away, and what is lost."""

import logging
from concurrent.futures import Future
from datetime import UTC, datetime

import pytest

from django_recsys.exceptions import NotAnsweringError
from django_recsys.tracking.recording.retry_buffer import MOST_EVENTS, RetryBuffer
from django_recsys.tracking.rows import InteractionRow, make_row

NOW = datetime(2026, 1, 1, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


def row(number: int = 0) -> InteractionRow:
    return make_row(
        visitor_key="user:1",
        item_id=str(number),
        kind="view",
        occurred_at=NOW,
        recorded_at=NOW,
    )


@pytest.fixture
def stored():
    return []


@pytest.fixture
def buffer(stored):
    return RetryBuffer(stored.extend)


def keep(buffer, each, error: Exception | None = None):
    with buffer.keeping(each):
        if error is not None:
            raise error


def settled(buffer):
    while buffer.is_busy:
        pass


def test_a_row_waits_until_the_next_event_is_stored(buffer, stored):
    with pytest.raises(NotAnsweringError):
        keep(buffer, row(1), NotAnsweringError("gone"))
    assert stored == []
    keep(buffer, row(2))
    settled(buffer)
    assert [each.item_id for each in stored] == ["1"]
    keep(buffer, row(3))
    settled(buffer)
    assert [each.item_id for each in stored] == ["1"], "stored once"


@pytest.mark.parametrize("fails", [True, False])
def test_a_late_answer_decides_whether_the_row_waits(buffer, stored, fails):
    late: Future[None] = Future()
    with pytest.raises(NotAnsweringError):
        keep(buffer, row(1), NotAnsweringError("hangs", late))
    if fails:
        late.set_exception(OSError("gone"))
    else:
        late.set_result(None)
    keep(buffer, row(2))
    settled(buffer)
    assert [each.item_id for each in stored] == (["1"] if fails else [])


def test_what_fails_otherwise_is_lost_and_counted(buffer, stored, caplog):
    caplog.set_level(logging.ERROR)
    for _ in range(2):
        with pytest.raises(ValueError, match="broken"):
            keep(buffer, row(), ValueError("broken"))
    keep(buffer, row())
    assert "2 view" in caplog.messages[-1]
    assert "Events are stored again." in caplog.messages[-1]
    caplog.clear()
    keep(buffer, row())
    assert not caplog.messages, "counted from zero"


def test_there_is_room_for_a_thousand(buffer, stored, caplog):
    buffer.keep([row(number) for number in range(MOST_EVENTS + 3)])
    buffer.settle()
    settled(buffer)
    assert len(stored) == MOST_EVENTS == 1000
    assert "3 view" in caplog.text


def test_what_waits_at_the_end_of_the_process_is_lost(buffer, caplog):
    buffer.give_up()
    assert not caplog.messages
    buffer.keep([row(), row()])
    buffer.give_up()
    assert "2 view" in caplog.messages[-1]
    assert "The process ends." in caplog.messages[-1]
