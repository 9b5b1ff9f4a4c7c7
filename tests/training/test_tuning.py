"""A search leaves a draft beside the live configuration, and touches nothing else."""

import json

import pytest
from django.core.management import CommandError, call_command

from django_recsys.exceptions import ConfigurationError, MissingExtraError
from django_recsys.models import RecommenderConfig, TrainingRun
from django_recsys.training.drafts import adopt, write_draft
from django_recsys.training.jobs.queue import request_training, request_tuning
from django_recsys.training.jobs.runner import tune_now

pytestmark = pytest.mark.django_db


@pytest.fixture
def bad_knn():
    """A recommender whose settings leave much to gain."""
    return RecommenderConfig.objects.create(
        key="knn",
        algorithm="item_knn",
        hyperparameters={"neighbors": 1, "recency": 0.01, "trend": 0.0},
    )


def test_tuning_leaves_a_draft_with_what_it_would_gain(tastes, bad_knn):
    pytest.importorskip("optuna")
    run = tune_now("knn", minutes=0.08)
    assert run.status == TrainingRun.Status.TUNED, run.message
    draft = bad_knn.drafts.get()
    assert (draft.key, draft.is_enabled, draft.is_draft) == ("knn-draft", False, True)
    assert draft.hyperparameters["recency"] != 0.01
    assert run.metrics["difference_to_serving"][1] > 0
    assert draft.tuning["reason"] == run.message
    bad_knn.refresh_from_db()
    assert bad_knn.hyperparameters["neighbors"] == 1
    assert bad_knn.trained_models.count() == 0


def test_command_prints_the_search(tastes, bad_knn, capsys):
    pytest.importorskip("optuna")
    call_command("recsys_tune", "knn", "--minutes", "0.05", "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["status"] == "tuned"
    assert found["metrics"]["search"]["trials"][0]["hyperparameters"]["neighbors"] == 1


def test_a_draft_is_written_over_and_adopted_once(bad_knn):
    draft = write_draft(bad_knn, {"neighbors": 30}, {"reason": "better"})
    again = write_draft(bad_knn, {"neighbors": 40}, {"reason": "better still"})
    assert again.pk == draft.pk
    config = adopt(again, by="boss")
    assert config.hyperparameters == {"neighbors": 40}
    assert not bad_knn.drafts.exists()
    with pytest.raises(ConfigurationError, match="is no draft"):
        adopt(config, by="boss")


def test_drafts_are_never_trained_by_schedule(bad_knn):
    write_draft(bad_knn, {"neighbors": 30}, {})
    keys = [run.recommender.key for run in request_training([], trigger="test")]
    assert "knn" in keys
    assert "knn-draft" not in keys


def test_tuning_and_training_wait_beside_each_other(bad_knn):
    pytest.importorskip("optuna")
    tuning = request_tuning("knn", minutes=1, trigger="boss")
    (training,) = request_training(["knn"], trigger="boss")
    assert tuning.pk != training.pk
    assert request_tuning("knn", minutes=5, trigger="boss").pk == tuning.pk


def test_popular_has_nothing_to_tune():
    pytest.importorskip("optuna")
    with pytest.raises(CommandError, match="popular has nothing to tune"):
        call_command("recsys_tune", "popular")


def test_a_missing_extra_is_named_before_anything_is_queued(bad_knn, monkeypatch):
    monkeypatch.setattr("django_recsys.learning.registry.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"django-recsys\[tuning\]"):
        request_tuning("knn", minutes=1, trigger="boss")
    assert not TrainingRun.objects.exists()


def test_evaluate_puts_popular_first_and_says_what_is_not_above(tastes, capsys):
    call_command("recsys_evaluate", "item_knn", "--json")
    popular, knn = json.loads(capsys.readouterr().out)
    assert (popular["recommender"], popular["above_popular"]) == ("popular", None)
    assert knn["is_above_popular"] is True
    assert knn["metrics"]["ndcg@10"] > popular["metrics"]["ndcg@10"]
    call_command("recsys_evaluate", "trending")
    shown = capsys.readouterr().out
    assert "against popular" in shown
    assert "trending ..." in shown
    assert not TrainingRun.objects.exists()


def test_evaluate_without_rows_says_so():
    with pytest.raises(CommandError, match="No interactions are recorded yet"):
        call_command("recsys_evaluate")
