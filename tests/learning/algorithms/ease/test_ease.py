import numpy as np
import pytest
from scipy.sparse import csr_array

from django_recsys.learning.algorithms.ease.ease import EASE
from django_recsys.learning.data import Interactions
from django_recsys.learning.exceptions import DataError
from django_recsys.learning.numerics import gram
from django_recsys.testing import RecommenderContract, checkerboard, taste_clusters


class TestEASE(RecommenderContract):
    def make_recommender(self):
        return EASE(regularization=1.0)


class TestEASEOverItems(TestEASE):
    """The checkerboard of 16 users and 14 items is solved over items."""

    @pytest.fixture
    def fitted(self):
        rows = checkerboard(16)
        twice = Interactions.from_arrays(
            [*rows.users.ids[rows.user_indices], *rows.users.ids[rows.user_indices]],
            [*rows.items.ids[rows.item_indices], *rows.items.ids[rows.item_indices]],
        )
        model = self.make_recommender().fit(twice)
        assert len(model.item_weights_)
        return model


def random_rows(users, items, seed=0):
    random = np.random.default_rng(seed)
    return Interactions.from_arrays(
        random.integers(0, users, 500), random.integers(0, items, 500)
    )


def exact_weights(rows, regularization):
    taken = (rows.user_items().toarray() > 0).astype(float)
    inverse = np.linalg.inv(taken.T @ taken + regularization * np.eye(taken.shape[1]))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return taken, weights


@pytest.mark.parametrize("shape", [(40, 60), (60, 40)])
def test_both_forms_equal_the_closed_form(shape):
    rows = random_rows(*shape)
    taken, weights = exact_weights(rows, 5.0)
    model = EASE(regularization=5.0, recency=0.0).fit(rows)
    assert len(model.item_weights_) == (0 if shape[0] < shape[1] else shape[1])
    scores = model.score_indices(rows.histories(), np.arange(len(rows.users)))
    np.testing.assert_allclose(scores, taken @ weights, atol=2e-6)
    similar, scores = model.similar_indices(np.arange(9), n=5)
    expected = np.take_along_axis(weights[:9], similar, axis=1)
    np.testing.assert_allclose(scores, expected, atol=2e-6)


@pytest.mark.parametrize("shape", [(40, 60), (60, 40)])
def test_reasons_are_the_largest_terms_of_the_sum(shape):
    rows = random_rows(*shape)
    taken, weights = exact_weights(rows, 5.0)
    model = EASE(regularization=5.0, recency=0.0).fit(rows)
    histories = rows.histories()
    ranked, _ = model.recommend_indices(histories, np.arange(len(histories)), n=4)
    reasons = model.explain_indices(histories, ranked)
    for user, (items, named) in enumerate(zip(ranked, reasons, strict=True)):
        terms = taken[user][:, None] * weights[:, items]
        np.testing.assert_allclose(terms[named, range(4)], terms.max(axis=0), atol=2e-6)


def test_reasons_do_not_depend_on_the_size_of_the_blocks(monkeypatch):
    rows = random_rows(40, 60)
    model = EASE(regularization=5.0).fit(rows)
    histories = rows.histories()
    ranked, _ = model.recommend_indices(histories, np.arange(len(histories)), n=4)
    at_once = model.explain_indices(histories, ranked)
    monkeypatch.setattr("django_recsys.learning.explanations.PAIRS_PER_SLICE", 50)
    np.testing.assert_array_equal(model.explain_indices(histories, ranked), at_once)


def test_matrices_larger_than_a_block_are_inverted_in_place(monkeypatch):
    monkeypatch.setattr(gram, "ROWS_PER_BLOCK", 7)
    random = np.random.default_rng(2)
    columns = csr_array(random.integers(0, 2, (30, 20)).astype(np.float32))
    matrix = gram.gram(columns, 3.0)
    exact = columns.toarray().T @ columns.toarray() + 3 * np.eye(20)
    np.testing.assert_allclose(matrix, exact, rtol=1e-6)
    np.testing.assert_allclose(gram.invert(matrix), np.linalg.inv(exact), atol=1e-5)


def test_a_singular_matrix_raises_with_advice():
    with pytest.raises(DataError, match="raise the regularization"):
        gram.invert(np.zeros((3, 3), dtype=np.float32, order="F"))


def test_a_subset_of_items_scores_as_if_there_were_no_others():
    rows = taste_clusters(users=80, items=30, taken=9)
    counts = rows.item_counts()
    kept = np.sort(np.argsort(-counts, kind="stable")[:20])
    confined = EASE(most_items=20, recency=0, trend=0, regularization=10).fit(rows)
    inside = rows.select(np.isin(rows.item_indices, kept)).compact()
    alone = EASE(recency=0, trend=0, regularization=10).fit(inside)
    history = rows.items.ids[kept[:3]].tolist()
    ours, theirs = (
        each.recommend(["?"], histories=[history], n=5) for each in (confined, alone)
    )
    assert ours.item_ids.tolist() == theirs.item_ids.tolist()
    np.testing.assert_allclose(ours.scores, theirs.scores, rtol=1e-4)
    outside = str(rows.items.ids[np.setdiff1d(np.arange(30), kept)[0]])
    shown = confined.recommend(["?"], histories=[history], n=30)
    assert outside not in shown.item_ids
    assert confined.similar_items([outside]).item_ids[0].tolist() == [""] * 10
    assert set(confined.similar_items([history[0]]).item_ids[0]) <= {
        "",
        *rows.items.ids[kept],
    }
    reasons = confined.explain([*history, outside], str(shown.item_ids[0, 0]))
    assert outside not in [item for item, _ in reasons]


def test_one_query_over_users_scores_as_many_do():
    rows = random_rows(40, 60)
    model = EASE(regularization=5.0).fit(rows)
    assert len(model.user_inverse_)
    histories = rows.histories()
    together = model.score_indices(histories, np.arange(len(rows.users)))
    for user in range(5):
        alone = model.score_indices(
            histories.select(np.array([user])), np.array([user])
        )
        np.testing.assert_allclose(alone[0], together[user], atol=1e-5)
