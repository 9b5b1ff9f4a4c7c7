"""Watching a training."""

from datetime import timedelta

import pytest
from django.utils import timezone

from django_recsys.models import TrainingRun

pytestmark = pytest.mark.django_db

LIST = "/admin/django_recsys/trainingrun/"

METRICS = {
    "task": "new-items",
    "metric": "ndcg@10",
    "model": {"ndcg@10": 0.1023, "recall@10": 0.2},
    "popular": {"ndcg@10": 0.0381, "recall@10": 0.1},
    "serving": {"ndcg@10": 0.0999, "recall@10": 0.19},
    "difference_to_popular": [0.05, 0.0642, 0.07],
    "difference_to_serving": [-0.001, 0.0024, 0.006],
    "scored": 800,
    "decision": "promoted",
    "reason": "Better than popular and not worse than the serving model.",
}


@pytest.fixture
def run(ease):
    now = timezone.now()
    return TrainingRun.objects.create(
        recommender=ease,
        status="running",
        stage="fit",
        progress=0.5,
        trigger="boss",
        started_at=now - timedelta(seconds=30),
        trained_model=ease.serving,
        metrics=METRICS,
        preparation={"rows": 1000, "kept": 1_439_596},
        stage_seconds={"read": 1.25, "fit": 20.5},
        peak_rss_bytes=250_000_000,
    )


def test_list_and_page_show_what_was_measured(boss, run):
    assert "50%" in boss.get(LIST).content.decode()
    page = boss.get(f"{LIST}{run.pk}/change/").content.decode()
    for shown in (
        "0.1023",
        "0.0999",
        "0.0381",
        "95% interval 0.0500 to 0.0700",
        "Better than popular",
        "fit 20.5 s",
        "250 MB",
        "kept",
        "1,439,596",
        "training_run.js",
    ):
        assert shown in page


def test_page_of_a_queued_run_has_nothing_to_show_yet(boss, ease):
    run = TrainingRun.objects.create(recommender=ease)
    page = boss.get(f"{LIST}{run.pk}/change/").content.decode()
    assert "data-recsys-status" in page
    assert "recsys-comparison" not in page


def test_finished_run_is_not_followed(boss, run):
    TrainingRun.objects.filter(pk=run.pk).update(status="failed", message="No room.")
    page = boss.get(f"{LIST}{run.pk}/change/").content.decode()
    assert "data-recsys-status" not in page
    assert "No room." in page
    assert '<span data-recsys="stage">' in page  # where it failed


def test_a_good_end_does_not_name_the_stage_it_came_through(boss, run):
    TrainingRun.objects.filter(pk=run.pk).update(status="promoted", stage="promote")
    page = boss.get(f"{LIST}{run.pk}/change/").content.decode()
    assert '<span data-recsys="stage" hidden>promote</span>' in page


def test_status_is_json(boss, run):
    response = boss.get(f"{LIST}{run.pk}/status/")
    assert response.json() == {
        "status": "running",
        "stage": "fit",
        "progress": 0.5,
        "message": "",
        "is_finished": False,
    }
    assert "no-store" in response["Cache-Control"]
    assert boss.get(f"{LIST}999999/status/").status_code == 404


def test_nobody_edits_a_run(boss, run):
    assert boss.get(f"{LIST}add/").status_code == 403
    assert boss.post(f"{LIST}{run.pk}/change/", {"stage": "x"}).status_code == 403


def test_onlooker_may_watch(onlooker, run):
    assert onlooker.get(f"{LIST}{run.pk}/change/").status_code == 200
    assert onlooker.get(f"{LIST}{run.pk}/status/").status_code == 200


def test_staff_without_the_permission_may_not(client, run, django_user_model):
    client.force_login(django_user_model.objects.create_user("temp", is_staff=True))
    assert client.get(f"{LIST}{run.pk}/status/").status_code == 403


def test_running_training_is_not_deleted(boss, run):
    url = f"{LIST}{run.pk}/delete/"
    assert boss.post(url, {"post": "yes"}).status_code == 403
    TrainingRun.objects.update(status="failed")
    assert boss.post(url, {"post": "yes"}).status_code == 302
    assert not TrainingRun.objects.exists()
