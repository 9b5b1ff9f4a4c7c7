"""Rows become arrays."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from django_recsys.learning import KIND_WEIGHTS, create
from django_recsys.models import Interaction
from django_recsys.training import datasets
from django_recsys.training.context import open_context
from django_recsys.training.datasets import read_dataset
from django_recsys.training.spec import TrainingSpec
from tests.factories import make_products

NOW = datetime(2026, 3, 1, 12, 30, 15, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def record(visitor: str, item: str, kind: str = "purchase", **fields) -> Interaction:
    given = {"occurred_at": NOW, "recorded_at": NOW, **fields}
    return Interaction.objects.create(
        visitor_key=visitor, item_id=item, kind=kind, **given
    )


def test_a_shop_without_interactions_has_no_dataset():
    assert read_dataset() is None


def test_rows_keep_who_what_how_and_when():
    record("user:2", "b", "view", occurred_at=NOW - timedelta(days=1))
    record("user:1", "ä", quantity=3)
    record("user:1", "b", "rating", value=4.5)

    rows = read_dataset().rows

    assert rows.users.ids[rows.user_indices].tolist() == ["user:2", "user:1", "user:1"]
    assert rows.items.ids[rows.item_indices].tolist() == ["b", "ä", "b"]
    assert rows.weights.tolist() == [1.0, 3.0, 4.5]
    kinds = [rows.kind_names[code] for code in rows.kinds]
    assert kinds == ["view", "purchase", "rating"]
    assert rows.timestamps.tolist() == [
        (NOW - timedelta(days=1)).timestamp(),
        NOW.timestamp(),
        NOW.timestamp(),
    ]


def test_an_order_is_a_basket_and_the_rest_goes_by_the_moment():
    record("user:1", "a", reference="A1")
    record("user:1", "b", reference="A2")
    record("user:1", "c", reference="A1", occurred_at=NOW + timedelta(hours=1))
    record("user:1", "d")
    record("user:1", "e")
    record("user:2", "f")

    baskets = read_dataset().rows.baskets.tolist()

    assert baskets[0] == baskets[2] != baskets[1]
    assert baskets[3] == baskets[4] not in baskets[:3]
    assert baskets[5] not in baskets[:5]


def test_many_pages_give_the_same_as_one(monkeypatch):
    for number in range(25):
        record(f"user:{number % 4}", f"{number % 7}", reference=f"{number // 2}")
    whole = read_dataset().rows

    monkeypatch.setattr(datasets, "ROWS_PER_QUERY", 4)
    paged = read_dataset().rows

    for name in ("user_indices", "item_indices", "timestamps", "kinds", "baskets"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(paged, name))


def test_the_dataset_knows_until_when_it_was_recorded():
    record("user:1", "a", recorded_at=NOW + timedelta(minutes=2))
    record("user:1", "b", recorded_at=NOW)

    assert read_dataset().data_until == NOW + timedelta(minutes=2)


def test_rows_of_the_future_are_left_out_and_counted():
    now = datetime.now(UTC)
    record("user:1", "a", occurred_at=now + timedelta(hours=20))
    record("user:1", "b", occurred_at=now + timedelta(days=7300))
    record("user:2", "c")

    dataset = read_dataset()

    assert dataset.rows.items.ids.tolist() == ["a", "c"]
    assert dataset.future_rows == 1


def test_a_shop_with_rows_of_the_future_alone_has_no_dataset():
    record("user:1", "a", occurred_at=datetime.now(UTC) + timedelta(days=7300))
    assert read_dataset() is None


def test_value_is_of_ratings_alone():
    """Forty purchases with a value of 0 are forty purchases."""
    record("user:1", "a", "purchase", quantity=40, value=0)
    record("user:1", "b", "rating", value=0)
    record("user:1", "c", "rating", quantity=7)

    assert read_dataset().rows.weights.tolist() == [40.0, 0.0, 1.0]


def test_an_order_of_the_future_changes_no_list():
    """Trending was in the order of the ids as soon as one order was of 2046."""
    for number in range(40):
        record(f"user:{number}", f"{9 - number % 4}", occurred_at=NOW)
    record("user:1", "9", occurred_at=NOW)
    before = trending()
    record("user:7", "1", occurred_at=NOW + timedelta(days=7300))

    assert trending() == before


def test_an_order_of_the_future_makes_no_weight_nothing():
    first, second = make_products(2)
    today = datetime.now(UTC)
    record("user:1", str(first.pk), occurred_at=today)
    record("user:2", str(second.pk), occurred_at=today + timedelta(days=7300))

    rows, report = open_context().all_rows(
        TrainingSpec("trending", {}, KIND_WEIGHTS, 30.0)
    )

    assert report.future_rows == 1
    assert rows.weights.tolist() == pytest.approx([KIND_WEIGHTS["purchase"]])


def trending() -> list[str]:
    rows = read_dataset().rows
    return create("trending").fit(rows).recommend([""], n=4).item_ids[0].tolist()
