"""One visitor's list is made anew by the model that serves."""

from datetime import timedelta

import pytest
from django.utils import timezone

from django_recsys.models import (
    Interaction,
    RecommenderConfig,
    StoredRecommendations,
)
from django_recsys.training import rescoring
from django_recsys.training.jobs.runner import train_now
from django_recsys.training.rescoring import rescore
from tests.factories import make_serving_model

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_memory():
    """A worker's memory outlives the rows of a test."""
    yield
    rescoring.loaded.cache_clear()
    rescoring.visible_ids.cache_clear()


def stored(key: str, visitor: str) -> list[int]:
    config = RecommenderConfig.objects.get(key=key)
    row = StoredRecommendations.objects.get(
        trained_model=config.serving, visitor_key=visitor
    )
    return [int(item) for item in row.ranked_items.item_ids]


def act(visitor: str, *items: int, kind: str = "purchase") -> None:
    now = timezone.now()
    for age, item in enumerate(items):
        Interaction.objects.create(
            visitor_key=visitor,
            item_id=str(item),
            kind=kind,
            occurred_at=now - timedelta(minutes=age),
            recorded_at=now,
        )


def shelf_of(items: list[int]) -> set[int]:
    """The shelves (a taste buys from one) of the first few items."""
    first = int(Interaction.objects.order_by("pk").first().item_id)
    return {(item - first) // 20 for item in items[:5]}


@pytest.mark.usefixtures("tastes")
class TestServing:
    def test_a_newcomer_gets_a_list_by_the_history_alone(self):
        train_now(["ease"], is_forced=True)
        taken = Interaction.objects.filter(visitor_key="user:2")
        liked = sorted({int(row.item_id) for row in taken})[:4]
        act("user:new", *liked)

        assert rescore("user:new") == ["ease"]

        shown = stored("ease", "user:new")
        assert shelf_of(shown) == shelf_of(liked)
        assert not set(liked) & set(shown)

    def test_a_kind_that_the_training_did_not_know_is_left_out(self):
        train_now(["ease"], is_forced=True)
        before = stored("ease", "user:1")
        act("user:1", 1, 2, 3, kind="view")

        assert rescore("user:1") == ["ease"]

        assert stored("ease", "user:1")[:5] == before[:5]

    def test_deep_models_follow_too(self):
        pytest.importorskip("torch")
        train_now(["gru"], is_forced=True)
        taken = Interaction.objects.filter(visitor_key="user:3").order_by("occurred_at")
        act("user:new", *[int(row.item_id) for row in taken[:4]])

        assert rescore("user:new") == ["gru"]
        assert stored("gru", "user:new")

    def test_nothing_is_written_for_a_model_that_stopped_serving(self, monkeypatch):
        train_now(["ease"], is_forced=True)
        old = RecommenderConfig.objects.get(key="ease").serving
        monkeypatch.setattr(rescoring, "rescorable", lambda: [old])
        make_serving_model("ease")
        act("user:new", 1, 2)

        assert rescore("user:new") == []
        assert not StoredRecommendations.objects.filter(visitor_key="user:new").exists()

    def test_a_large_artifact_waits_for_the_training(self, monkeypatch):
        train_now(["ease"], is_forced=True)
        monkeypatch.setattr(rescoring, "LARGEST_BYTES", 10)
        act("user:new", 1, 2)

        assert rescore("user:new") == []

    def test_a_damaged_artifact_leaves_the_list_as_it_was(self, caplog):
        train_now(["ease"], is_forced=True)
        serving = RecommenderConfig.objects.get(key="ease").serving
        with rescoring.get_artifact_storage().open(serving.artifact, "wb") as file:
            file.write(b"no artifact")
        before = stored("ease", "user:1")
        act("user:1", 79)

        assert rescore("user:1") == []
        assert stored("ease", "user:1") == before
        assert "could not rescore" in caplog.text
        rescoring.get_artifact_storage().delete(serving.artifact)


def test_what_is_the_same_for_everyone_is_not_made_anew():
    make_serving_model("popular")
    make_serving_model("trending")
    assert rescoring.rescorable() == []


def test_somebody_erased_gets_no_list():
    assert rescore("user:nobody") == []
