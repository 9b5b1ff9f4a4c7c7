from datetime import timedelta

import pytest
from django.db import IntegrityError

from django_recsys.models import Interaction
from tests.tracking.conftest import NOW

pytestmark = pytest.mark.django_db


def make(**changed):
    given = {"visitor_key": "user:1", "item_id": "3", "kind": "view"}
    return Interaction.objects.create(**{**given, "occurred_at": NOW, **changed})


def test_rows_of_one_visitor():
    mine = make()
    make(visitor_key="user:2")
    assert list(Interaction.objects.of("user:1")) == [mine]


def test_keys_are_compared_with_their_case():
    make(item_id="Ab")
    make(item_id="aB")
    assert Interaction.objects.filter(item_id="ab").count() == 0
    assert Interaction.objects.filter(item_id="Ab").count() == 1


def test_recorded_after_is_about_the_coming_in():
    make(recorded_at=NOW)
    late = make(recorded_at=NOW + timedelta(hours=1), occurred_at=NOW)
    assert list(Interaction.objects.recorded_after(NOW)) == [late]


def test_older_than_is_about_the_happening():
    old = make(occurred_at=NOW - timedelta(days=31))
    make(occurred_at=NOW - timedelta(days=29))
    month = timedelta(days=30)
    assert list(Interaction.objects.older_than(month, now=NOW)) == [old]


def test_what_lies_in_the_future_is_as_old_as_its_row():
    never = NOW + timedelta(days=7300)
    old = make(occurred_at=never, recorded_at=NOW - timedelta(days=31))
    new = make(occurred_at=never, recorded_at=NOW - timedelta(days=29))
    make(occurred_at=NOW + timedelta(hours=20), recorded_at=NOW - timedelta(days=31))
    month = timedelta(days=30)
    assert list(Interaction.objects.older_than(month, now=NOW)) == [old]
    assert list(Interaction.objects.in_future(now=NOW).order_by("pk")) == [old, new]


def test_event_is_unique_within_its_kind():
    make(event_id="e1")
    make(event_id="e1", kind="like")
    make()
    make()
    with pytest.raises(IntegrityError):
        make(event_id="e1")


def test_row_says_who_did_what():
    assert str(make()) == "user:1 view 3"
