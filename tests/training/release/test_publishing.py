"""What a training writes for visitors and items."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from django_recsys.learning import create
from django_recsys.models import (
    Interaction,
    ItemNeighbors,
    RecommenderConfig,
    StoredRecommendations,
    TrainedModel,
    TrainingRun,
)
from django_recsys.tracking import erase_visitor
from django_recsys.training import get_artifact_storage
from django_recsys.training.context import open_context
from django_recsys.training.jobs.runner import train_now
from django_recsys.training.release import publishing
from django_recsys.training.release.cleanup import RUNS_KEPT, remove_leftovers
from django_recsys.training.release.publishing import neighbor_lists, personal_lists
from django_recsys.training.spec import spec_of
from tests.hosts.shop.models import Product

START = datetime(2026, 1, 1, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tastes")]


def train(key: str, **fields) -> TrainingRun:
    config = RecommenderConfig.objects.named(key)
    RecommenderConfig.objects.filter(pk=config.pk).update(**fields)
    return train_now([key], is_forced=True)[0]


def list_of(run: TrainingRun, visitor: str):
    return StoredRecommendations.objects.get(
        trained_model=run.trained_model, visitor_key=visitor
    ).ranked_items


def bought(visitor: str) -> set[str]:
    return set(Interaction.objects.of(visitor).values_list("item_id", flat=True))


def test_every_visitor_gets_a_list_of_what_they_have_not_bought():
    run = train("ease")

    visitors = Interaction.objects.values("visitor_key").distinct().count()
    assert StoredRecommendations.objects.count() == visitors
    assert run.trained_model.users == visitors
    ranked = list_of(run, "user:5")
    assert len(ranked.item_ids) >= 12
    assert not bought("user:5") & set(ranked.item_ids)
    assert list(ranked.scores) == sorted(ranked.scores, reverse=True)


def test_the_reason_is_the_item_of_the_history_with_the_largest_share():
    run = train("ease")

    ranked = list_of(run, "user:5")

    named = [reason for reason in ranked.reasons if reason is not None]
    assert len(named) >= 3
    assert all(reason.item_id in bought("user:5") for reason in named)
    first = ranked.reasons[0]
    assert first.title == Product.objects.get(pk=first.item_id).name
    assert first.kind == "purchase"


def test_taking_the_named_item_out_of_the_history_lowers_the_score():
    from django_recsys.training.artifact_storage import load_artifact

    run = train("ease")
    recommender = load_artifact(run.trained_model.artifact)
    ranked = list_of(run, "user:5")
    item_id, reason = ranked.item_ids[0], ranked.reasons[0].item_id
    history = [
        i.item_id for i in Interaction.objects.of("user:5").order_by("occurred_at")
    ]
    without = [each for each in history if each != reason]

    def score(of: list[str]) -> float:
        answer = recommender.recommend(["x"], n=80, histories=[of], exclude_seen=False)
        return dict(zip(answer.item_ids[0], answer.scores[0], strict=True))[item_id]

    assert score(without) < score(history)


def test_buy_again_repeats_what_was_bought():
    run = train("buy_again")

    lists = StoredRecommendations.objects.filter(trained_model=run.trained_model)
    assert lists.count() == Interaction.objects.values("visitor_key").distinct().count()
    for row in lists:
        assert row.ranked_items.item_ids
        assert set(row.ranked_items.item_ids) <= bought(row.visitor_key)


def test_neighbours_are_stored_for_items():
    run = train("item_knn")

    neighbors = ItemNeighbors.objects.filter(trained_model=run.trained_model)
    assert neighbors.count() == 80
    first = neighbors.first()
    assert first.item_id not in first.ranked_items.item_ids


def test_what_cannot_be_shown_now_is_not_published():
    hidden = list(Product.objects.values_list("pk", flat=True)[:20])
    Product.objects.filter(pk__in=hidden).update(is_active=False)

    train("ease")

    shown = {
        item_id
        for row in StoredRecommendations.objects.all()
        for item_id in row.ranked_items.item_ids
    }
    assert shown
    assert not shown & {str(key) for key in hidden}


def test_an_item_that_the_catalogue_lost_is_counted_and_left_out():
    Interaction.objects.create(
        visitor_key="user:1", item_id="999999", kind="purchase", occurred_at=START
    )

    run = train("ease")

    assert run.preparation["unknown_items"] == 1


def test_old_versions_go_and_the_serving_and_previous_ones_stay():
    runs = [train("popular", half_life_days=days) for days in (1, 2, 3, 4, 5)]

    versions = TrainedModel.objects.values_list("version", flat=True)
    assert sorted(versions) == [3, 4, 5]
    assert StoredRecommendations.objects.count() == 3
    assert runs[-1].recommender.serving.version == 5


def test_a_visitor_who_went_during_the_training_gets_no_list(monkeypatch):
    from django_recsys.training.release import publishing

    original = publishing.drop_lists_of_the_gone

    def erase_first(trained_model):
        Interaction.objects.of("user:5").delete()
        original(trained_model)

    monkeypatch.setattr(publishing, "drop_lists_of_the_gone", erase_first)

    train("ease")

    assert not StoredRecommendations.objects.filter(visitor_key="user:5").exists()
    assert StoredRecommendations.objects.filter(visitor_key="user:6").exists()


def test_more_data_recorded_later_is_news_to_the_model():
    run = train("popular")

    newest = Interaction.objects.order_by("-recorded_at").first().recorded_at
    assert run.trained_model.data_until == newest
    assert newest < START + timedelta(days=1)


def test_lists_for_everyone_hold_twice_as_many_items():
    run = train("popular", list_length=15)
    assert len(list_of(run, "").item_ids) == 30


def test_the_first_two_dozen_places_have_a_reason_and_scores_four_digits():
    run = train("ease", list_length=40)

    ranked = list_of(run, "user:5")

    assert len(ranked.item_ids) > 24
    assert any(ranked.reasons[:24])
    assert not any(ranked.reasons[24:])
    assert all(float(f"{score:.4g}") == score for score in ranked.scores)


def test_the_file_of_a_deleted_version_goes_unless_another_has_the_same_content():
    from django_recsys.training.release.cleanup import delete_model

    files = get_artifact_storage()
    only, shared = train("ease").trained_model, train("popular").trained_model
    twin = TrainedModel.objects.get(pk=shared.pk)
    twin.pk, twin.version = None, shared.version + 1
    twin.save(force_insert=True)

    name = only.artifact
    delete_model(only)
    delete_model(twin)

    assert not files.exists(name)
    assert files.exists(shared.artifact)


def test_lists_of_models_that_will_not_serve_go():
    from django_recsys.training.release.publishing import delete_lists

    knn, popular = train("item_knn").trained_model, train("popular").trained_model
    assert ItemNeighbors.objects.filter(trained_model=knn).exists()

    delete_lists([knn.pk])

    assert not StoredRecommendations.objects.filter(trained_model=knn).exists()
    assert not ItemNeighbors.objects.filter(trained_model=knn).exists()
    assert StoredRecommendations.objects.filter(trained_model=popular).exists()


def test_progress_of_publishing_ends_at_one():
    from django_recsys.learning import create
    from django_recsys.training.context import open_context
    from django_recsys.training.release.publishing import personal_lists

    context = open_context()
    recommender = create("ease").fit(context.rows)
    seen = []
    lists = personal_lists(recommender, context.rows, context, n=5, report=seen.append)
    assert len(list(lists)) == len(context.rows.users)
    assert seen[-1] == 1


def test_progress_rises_to_the_end(monkeypatch):
    monkeypatch.setattr(publishing, "VISITORS_PER_SLICE", 7)
    context = open_context()
    config = RecommenderConfig.objects.named("item_knn")
    rows, _report = context.all_rows(spec_of(config))
    recommender = create("item_knn").fit(rows)
    for lists in (
        partial(personal_lists, recommender, rows, context, n=3),
        partial(neighbor_lists, recommender, context),
    ):
        told = []
        list(lists(report=told.append))
        assert told == sorted(set(told))
        assert len(told) > 5
        assert told[-1] == 1


def test_the_first_item_may_be_the_only_neighbour_of_another():
    """Its index is 0, which is no padding."""
    Interaction.objects.all().delete()
    first, second = sorted(map(str, Product.objects.values_list("pk", flat=True)))[:2]
    for visitor in range(6):
        for item in (first, second):
            Interaction.objects.create(
                visitor_key=f"user:{visitor}",
                item_id=item,
                kind="purchase",
                occurred_at=START + timedelta(days=visitor),
            )
    run = train("item_knn")
    neighbors = ItemNeighbors.objects.filter(trained_model=run.trained_model)
    assert {each.item_id: each.ranked_items.item_ids for each in neighbors} == {
        first: [second],
        second: [first],
    }


def test_the_newest_runs_are_kept():
    config = RecommenderConfig.objects.named("popular")
    runs = [
        TrainingRun.objects.create(recommender=config) for _ in range(RUNS_KEPT + 3)
    ]
    remove_leftovers()
    kept = TrainingRun.objects.order_by("pk").values_list("pk", flat=True)
    assert list(kept) == [run.pk for run in runs[-50:]]


def test_no_empty_list_is_stored():
    Interaction.objects.create(
        visitor_key="user:999",
        item_id=str(Product.objects.create(name="Loner").pk),
        kind="purchase",
        occurred_at=START,
    )
    run = train("item_knn")
    stored = ItemNeighbors.objects.filter(trained_model=run.trained_model)
    assert all(each.ranked_items.item_ids for each in stored)
    assert stored.count() == 80


def test_whoever_is_erased_during_the_training_gets_no_list_of_what_was(monkeypatch):
    """One view after it made the list of the erased purchases live."""
    whole = publishing.write

    def erase_meanwhile(model, *arguments):
        if Interaction.objects.of("user:5").exists():
            erase_visitor("user:5")
            Interaction.objects.create(
                visitor_key="user:5", item_id="1", kind="view", occurred_at=START
            )
        whole(model, *arguments)

    monkeypatch.setattr(publishing, "write", erase_meanwhile)
    run = train("ease")
    stored = StoredRecommendations.objects.filter(trained_model=run.trained_model)
    assert stored.count() == 59
    assert not stored.filter(visitor_key="user:5").exists()
