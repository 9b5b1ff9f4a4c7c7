"""Deep models go the same road as all others."""

import json

import numpy as np
import pytest

from django_recsys.learning import registry
from django_recsys.models import Interaction, RecommenderConfig, TrainingRun
from django_recsys.training import warm_start
from django_recsys.training.artifact_storage import working_folder
from django_recsys.training.checkpoints import checkpoint_of, mark_of
from django_recsys.training.context import TrainingContext
from django_recsys.training.datasets import read_dataset
from django_recsys.training.fitting import fit_budget, own_threads
from django_recsys.training.jobs.runner import train_now
from django_recsys.training.spec import spec_of
from tests.factories import make_products

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tastes")]


def configured(algorithm: str, **hyperparameters) -> RecommenderConfig:
    return RecommenderConfig.objects.create(
        key=algorithm, algorithm=algorithm, hyperparameters=hyperparameters
    )


def test_without_torch_a_training_fails_with_what_to_install(monkeypatch):
    monkeypatch.setitem(registry.EXTRA_MODULES, "neural", "no_such_module")
    [run] = train_now(["gru"])
    assert run.status == TrainingRun.Status.FAILED
    assert run.message == "gru needs: pip install 'django-recsys[neural]'"


def test_a_run_keeps_how_both_fits_went(monkeypatch):
    pytest.importorskip("torch")
    configured("gru", epochs=2)
    said = []
    save = TrainingRun.save

    def listening_save(run, *arguments, **named):
        said.append((run.stage, run.message, run.progress))
        save(run, *arguments, **named)

    monkeypatch.setattr(TrainingRun, "save", listening_save)
    [run] = train_now(["gru"], is_forced=True)
    assert run.status == TrainingRun.Status.PROMOTED, run.message
    for name in ("evaluate", "fit"):
        curve = run.metrics["curves"][name]
        assert len(curve["loss"]) == len(curve["seconds"]) == 2
    json.dumps(run.metrics, allow_nan=False)
    assert any("epoch 1 of 2: loss" in message for _stage, message, _share in said)
    shares = [share for _stage, _message, share in said]
    assert shares == sorted(shares)
    assert list(working_folder().glob("*.npz*")) == []


def test_an_item_that_nobody_took_gets_onto_lists_by_what_it_is():
    Interaction.objects.update(recorded_at=Interaction.objects.first().recorded_at)
    [new] = make_products(1)
    context = TrainingContext(read_dataset())
    assert context.rows.items.indices([str(new.pk)]) == [-1]
    known = context.with_catalogue
    assert known.rows.items.indices([str(new.pk)])[0] >= 0
    assert len(known.item_features.matrix.indptr) == len(known.rows.items) + 1
    assert known.visible.sum() == context.visible.sum() + 1
    np.testing.assert_array_equal(
        known.rows.items.ids[known.rows.item_indices],
        context.rows.items.ids[context.rows.item_indices],
    )


def test_items_are_described_to_those_who_read_them():
    assert registry.create("content").capabilities.reads_items
    assert registry.create("popular", by_category=True).capabilities.reads_items
    trees = registry.create("blend", sources="ease,als")
    assert trees.capabilities.reads_items
    chain = {"sources": "ease,als", "method": "fall-through"}
    assert not registry.create("blend", **chain).capabilities.reads_items
    assert not registry.create(
        "blend", sources="ease,als", weights="1,2"
    ).capabilities.reads_items
    assert registry.create(
        "blend", sources="ease, content", weights="1,2"
    ).capabilities.reads_items
    assert not registry.create("ease").capabilities.reads_items


def test_items_are_described_to_a_deep_model_unless_it_says_otherwise():
    pytest.importorskip("torch")
    assert registry.create("gru").capabilities.reads_items
    assert not registry.create("gru", with_features=False).capabilities.reads_items


class TestCheckpoints:
    @pytest.fixture
    def spec(self):
        return spec_of(configured("ease"))

    @pytest.fixture
    def rows(self):
        return TrainingContext(read_dataset()).rows

    def test_the_file_of_a_fit_is_found_again_and_gone_at_the_end(self, spec, rows):
        with checkpoint_of(spec, rows, is_kept=True) as path:
            path.write_bytes(b"half")
        assert not path.exists()
        with checkpoint_of(spec, rows, is_kept=True) as again:
            assert again == path
        with checkpoint_of(spec, rows, is_kept=False) as nothing:
            assert nothing is None

    def test_the_measured_fit_never_finds_that_of_the_serving_one(self, spec, rows):
        older = TrainingContext(read_dataset()).validation.train
        assert mark_of(spec, older) != mark_of(spec, rows)
        fewer = rows.select(rows.item_indices != 0).compact()
        assert mark_of(spec, fewer) != mark_of(spec, rows)


class TestWarmStart:
    @pytest.fixture
    def trained(self, settings):
        pytest.importorskip("torch")
        settings.RECSYS = {**settings.RECSYS, "WARM_START": True}
        configured("gru", epochs=1)
        train_now(["gru"], is_forced=True)
        return RecommenderConfig.objects.select_related("serving").get(key="gru")

    def test_the_serving_model_is_where_the_next_fit_starts(self, trained, settings):
        spec = spec_of(trained)
        assert warm_start.serving_recommender(trained, spec).name == "gru"
        trained.hyperparameters = {"epochs": 2}
        assert warm_start.serving_recommender(trained, spec_of(trained)) is None
        settings.RECSYS = {**settings.RECSYS, "WARM_START": False}
        assert warm_start.serving_recommender(trained, spec) is None

    def test_it_learns_on_and_what_is_measured_starts_afresh(self, trained):
        [first] = trained.runs.all()
        [second] = train_now(["gru"], is_forced=True)
        curves = [run.metrics["curves"] for run in (first, second)]
        assert curves[1]["fit"]["loss"][0] < curves[0]["fit"]["loss"][0]
        assert curves[1]["evaluate"]["loss"] == curves[0]["evaluate"]["loss"]

    def test_a_damaged_artifact_is_a_fresh_start(self, trained):
        trained.serving.artifact = "gru/nothing.npz"
        spec = spec_of(trained)
        assert warm_start.serving_recommender(trained, spec) is None


def test_two_fits_leave_time_for_the_rest(settings):
    settings.RECSYS = {**settings.RECSYS, "TRAINING_MINUTES": 10}
    assert 2 * fit_budget().total_seconds() < 0.7 * 600


@pytest.mark.parametrize(("given", "threads"), [("3", 3), ("0", None), ("many", None)])
def test_the_environment_says_how_many_threads(monkeypatch, given, threads):
    monkeypatch.setenv("OMP_NUM_THREADS", given)
    monkeypatch.setattr("django_recsys.training.fitting.available_cores", lambda: 7)
    assert own_threads() == (threads or 7)
