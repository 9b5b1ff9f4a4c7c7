"""The written-out statements say what the ORM says, on every database."""

from datetime import timedelta

import pytest
from django.db.models import Exists, Max, Q
from django.db.models.functions import Least

from django_recsys.models import Interaction, ItemNeighbors, StoredRecommendations
from django_recsys.serving import sql
from django_recsys.serving.sql import (
    select_activity,
    select_neighbors,
    select_stored_lists,
)
from tests.factories import (
    TRAINED_AT,
    make_interaction,
    make_serving_model,
    store_list,
    store_neighbors,
)

pytestmark = pytest.mark.django_db

BEFORE = TRAINED_AT - timedelta(days=1)


@pytest.fixture
def models(products):
    ease, knn = make_serving_model("ease"), make_serving_model("item_knn")
    store_list(ease, "user:1", products[:3])
    store_list(knn, "user:1", products[3:6])
    store_list(ease, "user:10", products[:3])
    store_neighbors(knn, products[0], products[1:3])
    store_neighbors(ease, products[0], products[2:4])
    store_neighbors(ease, products[1], products[2:4])
    return [ease.pk, knn.pk]


@pytest.fixture
def history(products):
    make_interaction("user:1", products[0], "view", at=BEFORE)
    make_interaction("user:1", products[1], "purchase", at=BEFORE)
    make_interaction("user:1", products[2], "view")
    make_interaction("user:1", products[2], "view", at=BEFORE)
    make_interaction("user:1", products[3], "purchase")
    make_interaction("user:2", products[4], "purchase")


@pytest.mark.parametrize("key", ["user:1", "user:10", "user:3"])
@pytest.mark.parametrize("until", [BEFORE, TRAINED_AT, TRAINED_AT + timedelta(days=9)])
def test_stored_lists(models, history, key, until):
    news = Interaction.objects.of(key).recorded_after(until)
    rows = StoredRecommendations.objects.filter(
        visitor_key=key, trained_model_id__in=models
    ).values_list("trained_model_id", "ranked", Exists(news))
    found = select_stored_lists(key, models, until=until)
    assert sorted((m, r, bool(n)) for m, r, n in found) == sorted(rows)


@pytest.mark.parametrize("since", [None, TRAINED_AT])
@pytest.mark.parametrize("with_purchases", [True, False])
def test_activity(history, since, with_purchases):
    is_new = Q(recorded_at__gt=since) if since else Q(pk__gt=0)
    wanted = is_new | Q(kind="purchase") if with_purchases else is_new
    rows = (
        Interaction.objects.of("user:1")
        .filter(wanted)
        .values("item_id", "kind")
        .annotate(
            last=Max(Least("occurred_at", "recorded_at")), recorded=Max("recorded_at")
        )
        .order_by("-last", "item_id")
    )
    expected = [
        (row["item_id"], row["kind"], since is None or row["recorded"] > since)
        for row in rows
    ]
    found = select_activity(
        "user:1", since=since, with_purchases=with_purchases, limit=None
    )
    assert [(item, kind, bool(new)) for item, kind, new in found] == expected
    some = select_activity("user:1", since=since, with_purchases=True, limit=1)
    assert len(some) == 1


def test_neighbors(models, products):
    items = [str(products[0].pk), str(products[9].pk)]
    expected = ItemNeighbors.objects.filter(
        item_id__in=items, trained_model_id__in=models
    ).values_list("trained_model_id", "item_id", "ranked")
    assert sorted(select_neighbors(models, items)) == sorted(expected)


def test_no_time_zone_is_needed(settings, models, history):
    """A host with USE_TZ = False compares naive moments."""
    settings.USE_TZ = False
    until = TRAINED_AT.replace(tzinfo=None)
    rows = select_stored_lists("user:1", models, until=until)
    assert [bool(row[2]) for row in rows] == [True, True]


def test_a_page_reads_a_bounded_number_of_rows_of_one_visitor(history, monkeypatch):
    """With 300,000 rows of one visitor a list took 361 ms in place of 6."""
    monkeypatch.setattr(sql, "MOST_ROWS", 3)
    newest = Interaction.objects.of("user:1").order_by("-recorded_at")[:3]
    found = select_activity("user:1", since=None, with_purchases=True, limit=None)
    assert {(item, kind) for item, kind, _new in found} == {
        (row.item_id, row.kind) for row in newest
    }
