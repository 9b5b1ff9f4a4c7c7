from dataclasses import replace

import numpy as np
import pytest

from django_recsys.learning.algorithms.blend import _ranker
from django_recsys.learning.algorithms.blend._forest import Forest
from django_recsys.learning.algorithms.blend._ranker import (
    choose_tree_weights,
    combined,
    learn_ranker,
    rank_blocks,
)
from django_recsys.learning.algorithms.blend._ranker_features import (
    ItemStatistics,
    cell_features,
    demand_of,
)
from django_recsys.learning.algorithms.blend._repeat_features import (
    item_labels,
    label_repeat_features,
)
from django_recsys.learning.algorithms.blend._weights import learn_weights
from django_recsys.learning.algorithms.blend.blend import Blend
from django_recsys.learning.algorithms.blend.candidates import Candidates, inner_split
from django_recsys.learning.artifacts import load, save
from django_recsys.learning.data import Histories, IdMap, Interactions
from django_recsys.learning.data.item_features import features_over
from django_recsys.learning.data.preparation import prepare
from django_recsys.testing import RecommenderContract

WIDTH = 20
FULL_WEIGHT = np.ones(2, dtype=np.float32)


def statistics_of(demand: np.ndarray) -> ItemStatistics:
    return ItemStatistics(demand, np.zeros((len(demand), 0), dtype=np.int32))


NO_STATISTICS = statistics_of(np.zeros((WIDTH, 1), dtype=np.float32))


@pytest.fixture
def always_with_trees(monkeypatch):
    """Fit few small trees, and always use them with full weight."""
    monkeypatch.setattr(_ranker, "TREES", 20)
    monkeypatch.setattr(_ranker, "SMALLEST_LEAF", 5)
    monkeypatch.setattr(_ranker, "choose_tree_weights", lambda *_: FULL_WEIGHT)


class TestRankedBlend(RecommenderContract):
    @pytest.fixture(autouse=True)
    def _trees(self, always_with_trees):
        pass

    def make_recommender(self):
        return Blend(sources="item_knn,ease,buy_again")


def candidates(relevant: np.ndarray, scores: np.ndarray) -> Candidates:
    queries = len(relevant)
    return Candidates(
        items=np.tile(np.arange(WIDTH, dtype=np.int32), (queries, 1)),
        scores=scores.astype(np.float32),
        is_seen=np.zeros(relevant.shape, dtype=bool),
        is_relevant=relevant,
        new_relevant=relevant.sum(axis=1),
        all_relevant=relevant.sum(axis=1),
        histories=Histories.empty(queries, WIDTH),
    )


def test_trees_are_kept_where_a_sum_cannot_predict(monkeypatch):
    monkeypatch.setattr(_ranker, "TREES", 30)
    random = np.random.default_rng(0)
    first, second = random.random((2, 300, WIDTH))
    # Relevant where exactly one of the two sources has a high score.
    relevant = (first > 0.8) != (second > 0.8)
    found = candidates(relevant, np.stack([first, second]))
    weights = learn_weights(found, is_later=True)
    trees, tree_weights = learn_ranker(found, weights, NO_STATISTICS, seed=0)
    assert trees
    assert tree_weights[0] > 0


def test_trees_are_dropped_where_the_sum_is_enough():
    random = np.random.default_rng(0)
    scores = random.random((2, 60, WIDTH))
    found = candidates(scores[0] > 0.9, scores)
    weights = learn_weights(found, is_later=True)
    trees, tree_weights = learn_ranker(found, weights, NO_STATISTICS, seed=0)
    assert not trees
    assert not tree_weights.any()


def test_overfitted_trees_get_no_weight_and_mixed_ones_little():
    random = np.random.default_rng(0)
    truth, first, second = random.normal(size=(3, 600, WIDTH))
    found = candidates(truth > 1.3, truth[None])
    of_sum = truth + first
    assert choose_tree_weights(found, of_sum, second).tolist() == [0, 0]
    # Scores ten times too large, and as good as the sum.
    tree_weights = choose_tree_weights(found, of_sum, 10 * (truth + second))
    assert tree_weights[0] == pytest.approx(0.1)
    assert choose_tree_weights(found, of_sum, truth + second)[0] == 1


def test_trees_that_only_separate_seen_from_new_keep_the_order_of_new_items():
    random = np.random.default_rng(0)
    truth, noise = random.normal(size=(2, 600, WIDTH))
    is_seen = np.tile(np.arange(WIDTH) < WIDTH // 2, (600, 1))
    found = candidates(truth + 2 * is_seen > 2, truth[None])
    found = replace(found, is_seen=is_seen)
    found = replace(found, new_relevant=((truth > 2) & ~is_seen).sum(axis=1))
    of_new, of_all = choose_tree_weights(found, truth, 3 * is_seen + noise * ~is_seen)
    assert of_new == 0
    assert of_all > 0


def test_trees_do_not_rank_the_history_where_there_are_no_repeats():
    random = np.random.default_rng(0)
    truth = random.normal(size=(600, WIDTH))
    is_seen = np.tile(np.arange(WIDTH) < WIDTH // 2, (600, 1))
    found = candidates((truth > 1) & ~is_seen, truth[None])
    found = replace(found, is_seen=is_seen)
    of_held = choose_tree_weights(found, truth + 3 * is_seen, -6 * is_seen + 0 * truth)
    assert of_held.tolist() == [0, 0]


def test_new_items_exchange_places_among_themselves_only():
    of_sum = np.array([[4.0, 3.0, 2.0, 1.0, 0.0]])
    of_trees = np.array([[0.0, 0.0, 9.0, 5.0, 0.0]])
    is_seen = np.array([[True, False, True, False, False]])
    there = np.array([[True, True, True, True, False]])
    parts = of_sum, of_trees, is_seen, there
    assert combined(*parts, (0, 0)).tolist() == [[4, 3, 2, 1, -np.inf]]
    assert combined(*parts, (1, 0)).tolist() == [[4, 1, 2, 3, -np.inf]]
    assert combined(*parts, (0, 1)).tolist() == [[4, 6, 11, 3, -np.inf]]
    assert combined(*parts, (1, 1)).tolist() == [[4, 3, 11, 6, -np.inf]]


def test_trees_do_not_see_the_demand_of_new_items():
    items = np.array([[0, 1]], dtype=np.int32)
    is_seen = np.array([[True, False]])
    history = Histories(
        starts=np.array([0, 1]),
        item_indices=np.array([0], dtype=np.int32),
        weights=np.ones(1, dtype=np.float32),
        n_items=2,
    )
    demand = statistics_of(np.array([[3.0], [4.0]], dtype=np.float32))
    cells = cell_features(items, np.ones((1, 1, 2)), is_seen, history, demand)
    assert cells[:, -1].tolist() == [3, 0]


def test_no_relevant_item_means_no_trees():
    found = candidates(np.zeros((40, WIDTH), dtype=bool), np.ones((1, 40, WIDTH)))
    trees, _ = learn_ranker(found, np.ones((2, 1)), NO_STATISTICS, seed=0)
    assert not trees


def test_arrays_predict_as_the_model_they_come_from():
    ensemble = pytest.importorskip("sklearn.ensemble")
    random = np.random.default_rng(0)
    rows = random.random((3000, 4)).astype(np.float32)
    relevant = rows[:, 1] + rows[:, 3] ** 2 > 1
    columns = np.array([1, 3])
    model = ensemble.HistGradientBoostingClassifier(max_iter=12, random_state=0)
    model.fit(rows[:, columns], relevant)
    ours = Forest.of(model, columns).predict(rows)
    theirs = model.decision_function(rows[:, columns])
    np.testing.assert_allclose(ours - ours[0], theirs - theirs[0], atol=1e-9)
    assert Forest.none().predict(rows[:2]).tolist() == [0, 0]


def test_features_hold_repeats_ranks_and_what_is_seen():
    rows = Interactions.from_arrays(
        ["1", "1", "1", "2"], ["a", "a", "b", "c"], timestamps=[0.0, 1e6, 2e6, 2e6]
    )
    demand = demand_of(rows)
    assert demand[:, 1].tolist() == [2, 1, 1]  # rows per user
    assert demand[2, 3] > demand[0, 3]  # the trend
    items = np.array([[0, 1, 2], [2, 0, -1]], dtype=np.int32)
    is_seen = np.array([[True, True, False], [True, False, False]])
    scores = np.array([[[0.2, 0.9, 0.5], [0.1, 0.0, 0.0]]], dtype=np.float32)
    cells = cell_features(
        items, scores, is_seen, rows.histories(), statistics_of(demand)
    )
    assert len(cells) == 5
    seen, repeats, _, age, score, rank = cells[:, :6].T.tolist()
    assert seen == [1, 1, 0, 1, 0]
    assert repeats == [2, 1, 0, 1, 0]
    assert age == [1, 0, -1, 0, -1]
    assert score == pytest.approx([0.2, 0.9, 0.5, 0.1, 0])
    # Among the seen and among the new ones; without a score after all others.
    assert rank == [1, 0, 0, 0, 3]


FOOD = {
    "item": ["milk", "cream", "bread", "oil", "vase"],
    "category": ["food|dairy", "food|dairy", "food", "car|food", None],
    "brand": ["acme", None, "acme", None, None],
}


def test_labels_of_an_item_are_its_rarest_categories_and_its_brand():
    items = IdMap(np.array(sorted(FOOD["item"])))
    found = features_over(FOOD, items)
    names = np.array([*found.names, ""])
    labels = item_labels(found, len(items))
    assert {
        item: names[row].tolist() for item, row in zip(items.ids, labels, strict=True)
    } == {
        "bread": ["category=food", "", "brand=acme"],
        "cream": ["category=dairy", "category=food", ""],
        "milk": ["category=dairy", "category=food", "brand=acme"],
        "oil": ["category=car", "category=food", ""],
        "vase": ["", "", ""],
    }
    deep = {"item": ["milk"], "category": ["a|b|c|d"]}
    assert item_labels(features_over(deep, items), 5).shape == (5, 3)
    assert item_labels(None, 4).shape == (4, 0)
    words = features_over({"item": ["milk"], "title": ["fresh milk"]}, items)
    assert item_labels(words, 5).shape == (5, 0)


def test_repeat_features_of_a_label_count_its_items():
    rows = Interactions.from_arrays(
        ["1", "1", "1", "1", "2"],
        ["bread", "milk", "cream", "milk", "vase"],
        timestamps=[0.0, 1.0, 2.0, 3.0, 3.0],
    ).with_items(["oil"])
    place = {item: at for at, item in enumerate(rows.items.ids.tolist())}
    labels = item_labels(features_over(FOOD, rows.items), len(rows.items))
    candidate_items = np.array(
        [[place["cream"], place["oil"], place["vase"]], [place["milk"], -1, -1]]
    )
    columns = label_repeat_features(
        labels, candidate_items, rows.histories(), candidate_items >= 0
    )
    share, faded, newest, distinct = (column.tolist() for column in columns[:4])
    # The first user has three rows of four in dairy, none in car parts.
    assert share == [0.75, 0, 0, 0]
    assert faded == pytest.approx([1 + np.exp(-0.1) + np.exp(-0.2), 0, 0, 0])
    assert newest == [0, -1, -1, -1]
    assert distinct == [2, 0, 0, 0]
    of_food = [column.tolist() for column in columns[4:8]]
    assert of_food[0] == [1, 1, 0, 0]
    assert of_food[3] == [3, 3, 0, 0]
    assert [column.tolist() for column in columns[8:10]] == [[0] * 4] * 2  # no brand
    without_history = Histories.empty(2, len(rows.items))
    columns = label_repeat_features(
        labels, candidate_items, without_history, candidate_items >= 0
    )
    assert [column[0] for column in columns[8:12]] == [0, 0, -1, 0]


def test_trees_learn_that_users_repeat_categories(always_with_trees):
    """Items differ in their kind alone; those of the user's kind are relevant."""
    random = np.random.default_rng(0)
    users, size = 300, WIDTH
    kinds = np.arange(size) % 4
    preferred = random.integers(0, 4, users)
    had = np.stack(
        [
            random.choice(np.flatnonzero(kinds == each), 2, replace=False)
            for each in preferred
        ]
    )
    histories = Histories(
        starts=np.arange(0, 2 * users + 1, 2),
        item_indices=had.ravel().astype(np.int32),
        weights=np.ones(2 * users, dtype=np.float32),
        n_items=size,
    )
    is_seen = (had[:, :, None] == np.arange(size)).any(axis=1)
    relevant = (kinds[None] == preferred[:, None]) & ~is_seen
    found = candidates(relevant, random.random((1, users, size)))
    found = replace(found, histories=histories, is_seen=is_seen)
    labels = kinds[:, None].astype(np.int32)
    of_kinds = replace(NO_STATISTICS, labels=labels)
    forest, _ = learn_ranker(found, np.ones((2, 1)), of_kinds, seed=0)
    scores = np.random.default_rng(1).random((1, users, size), dtype=np.float32)
    results = rank_blocks(
        list(scores), histories, np.ones((2, 1)), forest, FULL_WEIGHT, of_kinds
    )
    best = np.where(is_seen, -np.inf, results).argmax(axis=1)
    assert (kinds[best] == preferred).mean() > 0.95


def test_ranks_distinguish_scores_above_one():
    items, is_seen = np.array([[0, 1, 2, 3]]), np.array([[True, False, False, False]])
    scores = np.array([[[1.0, 2.0, 9.0, 3.0]]], dtype=np.float32)
    history = Histories.empty(1, 4)
    cells = cell_features(
        items, scores, is_seen, history, statistics_of(np.zeros((4, 1)))
    )
    assert cells[:, 5].tolist() == [0, 2, 0, 1]


STUMP = Forest(np.array([[-1, 0, 0, 0, -5.0]]), np.array([0]))
FALLING = np.linspace(1, 0.1, WIDTH, dtype=np.float32)[None]
HOLDS_THE_LAST = Histories(
    starts=np.array([0, 1]),
    item_indices=np.array([WIDTH - 1], dtype=np.int32),
    weights=np.ones(1, dtype=np.float32),
    n_items=WIDTH,
)


def test_items_that_no_source_proposes_rank_last(monkeypatch):
    monkeypatch.setattr(
        "django_recsys.learning.algorithms.blend.candidates.BEST_OF_SOURCE", 2
    )
    scores = rank_blocks(
        [FALLING], HOLDS_THE_LAST, np.ones((2, 1)), STUMP, FULL_WEIGHT, NO_STATISTICS
    )[0]
    scores[WIDTH - 1] = scores[WIDTH - 2] - 1  # proposed, as it is in the history
    assert (scores[:2] > 0).all()
    assert (scores[2:] < 0).all()
    assert (np.diff(scores[2:]) < 0).all()


def test_trees_count_by_their_weights():
    # Column 4 is the source's score, which the tree reverses.
    nodes = [[4, 0.5, 1, 2, 0], [-1, 0, 0, 0, 9.0], [-1, 0, 0, 0, -9.0]]
    reversing = Forest(np.array(nodes), np.array([0]))
    given = [FALLING], HOLDS_THE_LAST, np.ones((2, 1)), reversing
    without_trees, with_trees = (
        rank_blocks(*given, np.full(2, weight), NO_STATISTICS)[0] for weight in (0, 1)
    )
    assert without_trees.argmax() == 0
    assert with_trees.argmax() > 0


def test_users_without_history_get_the_sum_of_the_sources():
    first, second = np.random.default_rng(0).random((2, 1, WIDTH), dtype=np.float32)
    first[0, 3] = second[0, 3] = 0  # no source has a score
    without_history, weights = Histories.empty(1, WIDTH), np.array([[9.0, 1], [9, 1]])
    scores = rank_blocks(
        [first, second], without_history, weights, STUMP, FULL_WEIGHT, NO_STATISTICS
    )[0]
    expected = np.where(np.arange(WIDTH) == 3, np.nan, (first + second)[0])
    np.testing.assert_allclose(scores, expected, rtol=1e-6)


def test_artifacts_hold_the_trees(always_with_trees, tmp_path):
    random = np.random.default_rng(0)
    rows = Interactions.from_arrays(
        random.integers(0, 80, 1500),
        random.integers(0, 30, 1500),
        timestamps=np.sort(random.uniform(0, 1e7, 1500)),
    )
    kinds = [str(int(each) % 3) for each in rows.items.ids]
    described = {"item": rows.items.ids.tolist(), "category": kinds}
    model = Blend(sources="item_knn,trending").fit(rows, items=described)
    assert len(model.roots_)
    assert model.labels_.shape == (30, 1)
    save(model, tmp_path / "blend")
    histories, users = rows.histories(), np.full(len(rows.users), -1)
    ours = model.score_indices(histories, users)
    theirs = load(tmp_path / "blend").score_indices(histories, users)
    np.testing.assert_array_equal(ours, theirs)


def test_a_blend_scores_with_statistics_of_all_interactions(always_with_trees):
    random = np.random.default_rng(0)
    users, kinds = np.repeat(np.arange(200), 8), np.arange(40) % 4
    # Each user buys one kind; its items have the same users.
    preferred = np.repeat(np.arange(200) % 4, 8)
    items = 4 * random.integers(0, 10, 1600) + preferred
    rows = Interactions.from_arrays(
        users, items, timestamps=random.uniform(0, 1e7, 1600)
    )
    ids = rows.items.ids
    described = {
        "item": ids.tolist(),
        "category": [f"k{kinds[int(each)]}" for each in ids],
    }
    model = Blend(sources="popular,trending").fit(rows, items=described)
    assert len(model.roots_)
    np.testing.assert_array_equal(model.demand_, demand_of(prepare(rows)[0]))
    recommendations = model.recommend(
        rows.users.ids.tolist(), histories=rows.histories(), n=3
    )
    hits = [
        kinds[int(item)] == int(user) % 4
        for user, row in zip(rows.users.ids, recommendations.item_ids, strict=True)
        for item in row
        if item
    ]
    assert np.mean(hits) > 0.9


def test_trees_learn_from_statistics_before_their_targets(monkeypatch):
    statistics = []

    def learn(found, weights, known, seed):
        statistics.append(known)
        return Forest.none(), np.zeros(2, dtype=np.float32)

    monkeypatch.setattr(_ranker, "learn_ranker", learn)
    random = np.random.default_rng(0)
    rows = Interactions.from_arrays(
        random.integers(0, 80, 1500),
        random.integers(0, 30, 1500),
        timestamps=np.sort(random.uniform(0, 1e7, 1500)),
    )
    Blend(sources="item_knn,trending").fit(rows)
    before = inner_split(prepare(rows)[0]).train
    np.testing.assert_array_equal(statistics[0].demand, demand_of(before))


def test_a_source_that_needs_an_extra_raises(monkeypatch):
    from django_recsys.learning import registry
    from django_recsys.learning.exceptions import MissingExtraError
    from django_recsys.learning.recommender import TrainingOptions

    path, _ = registry.ALGORITHMS["popular"]
    monkeypatch.setitem(registry.ALGORITHMS, "dreamer", (path, "neural"))
    monkeypatch.setitem(registry.EXTRA_MODULES, "neural", "missing_module_of_an_extra")
    random = np.random.default_rng(0)
    rows = Interactions.from_arrays(
        random.integers(0, 50, 500), random.integers(0, 30, 500)
    )
    reports = []
    options = TrainingOptions(progress=reports.append)
    with pytest.raises(MissingExtraError, match="dreamer needs"):
        Blend(sources="item_knn,dreamer").fit(rows, options=options)
    assert reports == []
