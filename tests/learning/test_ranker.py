import numpy as np
import pytest

from django_recsys.learning import _ranker
from django_recsys.learning._blending import Candidates, learn_weights
from django_recsys.learning._ranker import _say_of_trees, learn_ranker, rank_blocks
from django_recsys.learning._ranker_features import cell_features, item_features
from django_recsys.learning._ranker_forest import Forest
from django_recsys.learning.artifacts import load, save
from django_recsys.learning.blend import Blend
from django_recsys.learning.histories import Histories
from django_recsys.learning.interactions import Interactions
from django_recsys.testing import RecommenderContract

WIDTH = 20


@pytest.fixture
def eager(monkeypatch):
    """Take the trees whatever the held-out queries say, few and small ones."""
    monkeypatch.setattr(_ranker, "TREES", 20)
    monkeypatch.setattr(_ranker, "SMALLEST_LEAF", 5)
    monkeypatch.setattr(_ranker, "_say_of_trees", lambda *_: 1.0)


class TestRankedBlend(RecommenderContract):
    @pytest.fixture(autouse=True)
    def _trees(self, eager):
        pass

    def make_recommender(self):
        return Blend(sources="item_knn,ease,buy_again")


def candidates(wanted: np.ndarray, scores: np.ndarray) -> Candidates:
    queries = len(wanted)
    return Candidates(
        items=np.tile(np.arange(WIDTH, dtype=np.int32), (queries, 1)),
        scores=scores.astype(np.float32),
        is_seen=np.zeros(wanted.shape, dtype=bool),
        is_wanted=wanted,
        new_wanted=wanted.sum(axis=1),
        all_wanted=wanted.sum(axis=1),
        histories=Histories.empty(queries, WIDTH),
    )


def test_trees_are_kept_where_a_sum_cannot_say_it(monkeypatch):
    monkeypatch.setattr(_ranker, "TREES", 30)
    random = np.random.default_rng(0)
    first, second = random.random((2, 300, WIDTH))
    # Wanted where just one of the two sources is sure.
    wanted = (first > 0.8) != (second > 0.8)
    found = candidates(wanted, np.stack([first, second]))
    nothing_known = np.zeros((WIDTH, 1), dtype=np.float32)
    assert learn_ranker(found, learn_weights(found), nothing_known, seed=0)


def test_trees_are_left_where_the_sum_says_it_all():
    random = np.random.default_rng(0)
    scores = random.random((2, 60, WIDTH))
    found = candidates(scores[0] > 0.9, scores)
    nothing_known = np.zeros((WIDTH, 1), dtype=np.float32)
    assert not learn_ranker(found, learn_weights(found), nothing_known, seed=0)


def test_trees_that_only_remember_say_nothing_and_mixed_ones_little():
    random = np.random.default_rng(0)
    truth, first, second = random.normal(size=(3, 600, WIDTH))
    found = candidates(truth > 1.3, truth[None])
    of_sum = truth + first
    assert _say_of_trees(found, second, of_sum) == 0
    # Ten times too loud, and as often right as the sum.
    assert _say_of_trees(found, 10 * (truth + second), of_sum) == 0.1
    assert _say_of_trees(found, truth + second, of_sum) == 1


def test_trees_do_not_see_how_popular_what_is_new_was():
    items = np.array([[0, 1]], dtype=np.int32)
    is_seen = np.array([[True, False]])
    history = Histories(
        starts=np.array([0, 1]),
        item_indices=np.array([0], dtype=np.int32),
        weights=np.ones(1, dtype=np.float32),
        n_items=2,
    )
    of_items = np.array([[3.0], [4.0]], dtype=np.float32)
    cells = cell_features(items, np.ones((1, 1, 2)), is_seen, history, of_items)
    assert cells[:, -1].tolist() == [3, 0]


def test_nothing_wanted_leaves_no_trees():
    found = candidates(np.zeros((40, WIDTH), dtype=bool), np.ones((1, 40, WIDTH)))
    assert not learn_ranker(
        found, np.ones((2, 1)), np.zeros((WIDTH, 1), dtype=np.float32), seed=0
    )


def test_arrays_answer_as_the_model_they_come_from():
    ensemble = pytest.importorskip("sklearn.ensemble")
    random = np.random.default_rng(0)
    rows = random.random((3000, 4)).astype(np.float32)
    wanted = rows[:, 1] + rows[:, 3] ** 2 > 1
    columns = np.array([1, 3])
    model = ensemble.HistGradientBoostingClassifier(max_iter=12, random_state=0)
    model.fit(rows[:, columns], wanted)
    ours = Forest.of(model, columns).predict(rows)
    theirs = model.decision_function(rows[:, columns])
    np.testing.assert_allclose(ours - ours[0], theirs - theirs[0], atol=1e-9)
    assert Forest.none().predict(rows[:2]).tolist() == [0, 0]


def test_features_tell_habits_ranks_and_what_is_new():
    rows = Interactions.from_arrays(
        ["1", "1", "1", "2"], ["a", "a", "b", "c"], timestamps=[0.0, 1e6, 2e6, 2e6]
    )
    of_items = item_features(rows)
    assert of_items[:, 1].tolist() == [2, 1, 1]  # rows per taker
    assert of_items[2, 3] > of_items[0, 3]  # the trend
    items = np.array([[0, 1, 2], [2, 0, -1]], dtype=np.int32)
    is_seen = np.array([[True, True, False], [True, False, False]])
    scores = np.array([[[0.2, 0.9, 0.5], [0.1, 0.0, 0.0]]], dtype=np.float32)
    cells = cell_features(items, scores, is_seen, rows.histories(), of_items)
    assert len(cells) == 5
    seen, taken, _, age, score, rank = cells[:, :6].T.tolist()
    assert seen == [1, 1, 0, 1, 0]
    assert taken == [2, 1, 0, 1, 0]
    assert age == [1, 0, -1, 0, -1]
    assert score == pytest.approx([0.2, 0.9, 0.5, 0.1, 0])
    # Among the seen and among the new ones; without an opinion behind all.
    assert rank == [1, 0, 0, 0, 3]


def test_what_no_source_proposes_stays_below(monkeypatch):
    monkeypatch.setattr("django_recsys.learning._blending.BEST_OF_SOURCE", 2)
    block = np.linspace(1, 0.1, WIDTH, dtype=np.float32)[None]
    nobody = Histories.empty(1, WIDTH)
    known = np.zeros((WIDTH, 1), dtype=np.float32)
    stump = Forest(np.array([[-1, 0, 0, 0, -5.0]]), np.array([0]))
    scores = rank_blocks([block], nobody, np.ones((2, 1)), stump, known)[0]
    assert (scores[:2] > 0).all()
    assert (scores[2:] < 0).all()
    assert (np.diff(scores[2:]) < 0).all()


def test_the_trees_outlast_an_artifact(eager, tmp_path):
    random = np.random.default_rng(0)
    rows = Interactions.from_arrays(
        random.integers(0, 80, 1500),
        random.integers(0, 30, 1500),
        timestamps=np.sort(random.uniform(0, 1e7, 1500)),
    )
    model = Blend(sources="item_knn,trending").fit(rows)
    assert len(model.roots_)
    save(model, tmp_path / "blend")
    histories, people = rows.histories(), np.full(len(rows.users), -1)
    ours = model.score_indices(histories, people)
    theirs = load(tmp_path / "blend").score_indices(histories, people)
    np.testing.assert_array_equal(ours, theirs)


def test_a_source_that_needs_an_extra_says_so(monkeypatch):
    from django_recsys.learning import registry
    from django_recsys.learning.exceptions import MissingExtraError

    path, _ = registry.ALGORITHMS["popular"]
    monkeypatch.setitem(registry.ALGORITHMS, "dreamer", (path, "neural"))
    monkeypatch.setitem(registry.EXTRA_MODULES, "neural", "missing_module_of_an_extra")
    random = np.random.default_rng(0)
    rows = Interactions.from_arrays(
        random.integers(0, 50, 500), random.integers(0, 30, 500)
    )
    with pytest.raises(MissingExtraError, match="dreamer needs"):
        Blend(sources="item_knn,dreamer").fit(rows)


def test_scaled_trees_say_so_many_times_as_much():
    stump = Forest(np.array([[-1, 0, 0, 0, -5.0]]), np.array([0]))
    rows = np.zeros((2, 1), dtype=np.float32)
    assert stump.scaled(0.1).predict(rows).tolist() == [-0.5, -0.5]
    assert stump.predict(rows).tolist() == [-5, -5]
