"""Every model that an older code saved loads, and answers as it did then."""

import numpy as np
import pytest

from django_recsys.learning import ALGORITHMS, load
from tests.upgrade.before import all_before

BEFORE = {before.folder.name: before for before in all_before()}
ANSWERS = {
    (name, model): answers
    for name, before in BEFORE.items()
    for model, answers in before.read("answers").items()
}
LIKE = {"rtol": 1e-3, "atol": 1e-5}
"""Another processor adds up in another order."""


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """The files of each folder, by its name."""
    unpacked = {name: tmp_path_factory.mktemp(name) for name in BEFORE}
    for name, folder in unpacked.items():
        BEFORE[name].unpack("artifacts", folder)
    return unpacked


@pytest.fixture(params=ANSWERS, ids="/".join)
def stored(request, folders):
    """One model, and what it answered."""
    name, model = request.param
    answers = ANSWERS[request.param]
    if answers["extra"] == "neural":
        pytest.importorskip("torch")
    return load(folders[name] / f"{model}.npz"), answers


def assert_same(answer, expected):
    """Compare rows of (item ids, scores); where scores are equal the order is free."""
    for ids, scores, old_ids, old_scores in zip(
        answer.item_ids.tolist(),
        answer.scores.tolist(),
        expected["items"],
        expected["scores"],
        strict=True,
    ):
        ids = [item for item in ids if item]
        assert len(ids) == len(old_ids), (ids, old_ids)
        np.testing.assert_allclose(scores[: len(ids)], old_scores, **LIKE)
        was = dict(zip(old_ids, old_scores, strict=True))
        # One that was not in the list can only have been level with the last.
        found = [was.get(item, old_scores[-1]) for item in ids]
        np.testing.assert_allclose(found, old_scores, **LIKE)


def test_lists_are_as_before(stored):
    model, answers = stored
    histories = answers["histories"]
    nobody = ["nobody"] * len(histories)
    for what in ("new", "any"):
        answer = model.recommend(
            nobody, histories=histories, n=5, exclude_seen=what == "new"
        )
        assert_same(answer, answers[what])


def test_similar_items_are_as_before(stored):
    model, answers = stored
    if "similar" in answers:
        answer = model.similar_items([answers["similar_to"]], n=5)
        assert_same(answer, answers["similar"])


def test_reasons_are_as_before(stored):
    model, answers = stored
    if "reasons" in answers:
        reasons = dict(model.explain(answers["histories"][0], answers["explained"]))
        assert reasons == pytest.approx(answers["reasons"], rel=1e-3, abs=2e-6)


@pytest.mark.parametrize("before", BEFORE.values(), ids=BEFORE)
def test_each_algorithm_of_then_is_there(before):
    then = {config[2] for config in before.rows_of("django_recsys.recommenderconfig")}
    algorithms = {each["algorithm"] for each in before.read("answers").values()}
    assert then - algorithms == {"left_with_a_plugin"}
    assert algorithms <= set(ALGORITHMS)
