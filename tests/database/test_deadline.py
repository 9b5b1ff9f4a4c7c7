"""The threads of ours; a stopped database is met in tests/services."""

from threading import get_ident

import pytest

from django_recsys.database import deadline
from django_recsys.resilience import threads


@pytest.mark.django_db
def test_shops_own_database_is_asked_in_the_same_thread():
    assert deadline.within_deadline(get_ident) == get_ident()


def test_threads_are_used_again():
    assert threads.start(lambda: 1).result(5) == 1
    before = len(threads._idle)
    assert threads.start(lambda: 2).result(5) == 2
    assert len(threads._idle) == before


def test_thread_survives_an_error_and_hands_it_over():
    with pytest.raises(ZeroDivisionError):
        threads.start(lambda: 1 / 0).result(5)
    assert threads.start(lambda: 2).result(5) == 2
