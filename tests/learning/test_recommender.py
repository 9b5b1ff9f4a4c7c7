from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from scipy.sparse import csr_array

import django_recsys.learning
from django_recsys.learning.algorithms.neighborhood.item_knn import ItemKNN
from django_recsys.learning.capabilities import Capabilities
from django_recsys.learning.data import Histories
from django_recsys.learning.exceptions import DataError
from django_recsys.learning.numerics import batching as slices
from django_recsys.learning.recommender import Recommender
from django_recsys.testing import checkerboard, interactions_of

DOCS = Path(__file__).parents[2] / "docs" / "engine"


@dataclass(kw_only=True, eq=False)
class Boastful(Recommender):
    """Declares more than it can do."""

    name: ClassVar[str] = "boastful"
    class_capabilities: ClassVar[Capabilities] = Capabilities(
        has_similar_items=True,
        can_explain=True,
    )

    seen_: np.ndarray = field(init=False, repr=False)

    def _fit(self, data):
        self.seen_ = data.interactions.item_counts()

    def _score(self, histories, user_indices):
        return np.broadcast_to(self.seen_.astype(float), (len(histories), 3))


@pytest.fixture
def boastful() -> Boastful:
    return Boastful().fit(interactions_of({"1": list("abc"), "2": list("ab")}))


def test_a_read_only_block_of_scores_is_copied(boastful):
    answer = boastful.recommend(["1", "2"], exclude=["a"], exclude_seen=False)
    assert answer.item_ids.tolist() == [["b", "c", ""]] * 2
    assert boastful.recommend(["x"], exclude_seen=False).item_ids[0, 0] == "a"


def test_a_declared_capability_without_its_method_is_an_error(boastful):
    with pytest.raises(NotImplementedError, match="boastful declares similar items"):
        boastful.similar_items(["a"])
    with pytest.raises(NotImplementedError, match="boastful declares reasons"):
        boastful.explain(["a"], "b")


@pytest.fixture(scope="module")
def fitted():
    return ItemKNN(shrinkage=1.0).fit(checkerboard())


def test_what_to_leave_out_may_be_given_as_a_matrix(fitted):
    histories = Histories.from_ids([["0", "2"]], fitted.items_)
    item = fitted.items_.indices(["2"])[0]
    left_out = csr_array(([True], [item], [0, 1]), shape=(1, len(fitted.items_)))
    indices, _ = fitted.recommend_indices(
        histories, np.array([-1]), n=16, exclude_seen=left_out
    )
    shown = set(fitted.items_.ids[indices[0][indices[0] >= 0]])
    assert "0" in shown
    assert "2" not in shown


def test_slices_change_nothing(fitted, monkeypatch):
    users = [str(user) for user in range(16)]
    whole, similar = fitted.recommend(users), fitted.similar_items(users)
    monkeypatch.setattr(slices, "CELLS_PER_SLICE", 40)
    monkeypatch.setattr(slices, "FEWEST_ROWS", 1)
    np.testing.assert_array_equal(fitted.recommend(users).item_ids, whole.item_ids)
    np.testing.assert_array_equal(
        fitted.similar_items(users).item_ids, similar.item_ids
    )


def test_similar_items_obey_candidates(fitted):
    answer = fitted.similar_items(["0"], candidates=["4", "6"], exclude=["6"])
    assert set(answer.item_ids.ravel()) == {"4", ""}


def test_histories_pass_as_a_value(fitted):
    histories = Histories.from_ids([["0", "2"]], fitted.items_)
    ours = fitted.recommend(["x"], histories=histories)
    theirs = fitted.recommend(["x"], histories=[["0", "2"]])
    np.testing.assert_array_equal(ours.item_ids, theirs.item_ids)


def test_hyperparameters_are_checked_before_the_fit():
    model = ItemKNN(neighbors=0)
    with pytest.raises(DataError, match=r"item_knn\.neighbors is 0"):
        model.fit(checkerboard())


def test_public_names_are_there_and_others_are_not():
    for name in django_recsys.learning.__all__:
        assert getattr(django_recsys.learning, name)
    with pytest.raises(AttributeError, match="no attribute 'magic'"):
        _ = django_recsys.learning.magic


def test_example_of_the_documentation_runs(tmp_path, monkeypatch):
    blocks = (DOCS / "writing.md").read_text().split("```python\n")[1:]
    example = blocks[0].split("```")[0]
    (tmp_path / "rare_items.py").write_text(example)
    monkeypatch.syspath_prepend(tmp_path)
    from rare_items import Rare

    rows = interactions_of({"1": list("ab"), "2": list("ab"), "3": list("abc")})
    answer = Rare(fewest_users=2).fit(rows).recommend(["x"], n=3)
    assert answer.item_ids.tolist() == [["a", "b", ""]]
