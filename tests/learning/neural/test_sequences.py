"""Planted patterns that each kind of model must find, and what it then serves."""

import io
from types import SimpleNamespace

import numpy as np
import pytest

from django_recsys.learning.algorithms.temporal import item_trends, trend_factors
from django_recsys.learning.artifacts import load, save
from django_recsys.learning.data import Interactions
from django_recsys.learning.evaluation.evaluator import evaluate
from django_recsys.learning.exceptions import ArtifactError, DataError
from django_recsys.learning.options import TrainingOptions
from django_recsys.learning.registry import create

pytest.importorskip("torch")

ITEMS, LENGTH = 40, 8
START, DAY = 1_700_000_000.0, 86_400.0
FAST = {"learning_rate": 0.01, "item_rate": 4.0, "dropout": 0.1, "batch_tokens": 256}


def circle(users: int = 150, seed: int = 0, items: int = ITEMS) -> Interactions:
    """Everyone walks around the same circle of items from a place of their own."""
    random = np.random.default_rng(seed)
    begins = random.integers(items, size=users)
    steps = np.arange(LENGTH)
    walked = (begins[:, None] + steps) % items
    return Interactions.from_arrays(
        np.repeat(np.arange(users), LENGTH),
        [f"i{each:02}" for each in walked.ravel()],
        timestamps=np.tile(START + DAY * steps, users),
    )


@pytest.mark.parametrize("name", ["sasrec", "gru", "lstm", "cnn", "two_tower"])
def test_the_next_item_of_a_planted_order_is_found(name):
    found = evaluate(create(name, **FAST, epochs=15), circle(), "leave-one-out")
    assert found.metric("ndcg@10") > 0.8  # popularity has 0.2 here


def test_items_of_the_same_users_are_found():
    random = np.random.default_rng(0)
    users = np.repeat(np.arange(200), 6)
    groups = np.repeat(random.integers(5, size=200), 6)
    items = groups * 20 + random.integers(20, size=len(users))
    rows = Interactions.from_arrays(users, items)
    model = create(
        "autoencoder", embedding_size=16, hidden_size=32, batch_users=20, epochs=20
    )
    found = evaluate(model, rows, "leave-one-out")
    known = evaluate("popular", rows, "leave-one-out")
    assert found.metric("hit_rate@10") > 2 * known.metric("hit_rate@10")


@pytest.fixture(scope="module")
def fitted():
    return create("gru", **FAST, epochs=10).fit(circle())


def test_the_curve_is_kept_with_the_model(fitted):
    assert fitted.curve_.shape == (len(fitted.seconds_), 2)
    assert fitted.curve_[-1, 0] < fitted.curve_[0, 0]
    file = io.BytesIO()
    save(fitted, file)
    np.testing.assert_array_equal(load(file).curve_, fitted.curve_)


def test_weights_that_do_not_fit_are_a_clear_error(fitted):
    file = io.BytesIO()
    save(fitted, file)
    broken = load(file)
    broken.parameters_ = broken.parameters_[:-1]
    with pytest.raises(ArtifactError, match="weights of gru do not fit"):
        broken.recommend(["x"], histories=[["i01"]])


def test_items_without_interactions_are_never_shown():
    rows = circle()
    some = rows.select(rows.item_indices != 3)
    model = create("cnn", **FAST, epochs=1).fit(some)
    shown = model.recommend(["x"], histories=[["i05"]], n=ITEMS, exclude_seen=False)
    assert "i03" not in shown.item_ids[0]
    assert (shown.item_ids[0] != "").sum() == ITEMS - 1


def test_one_row_each_is_too_little():
    rows = Interactions.from_arrays(["1", "2"], ["a", "b"])
    with pytest.raises(DataError, match="sasrec needs a history of two rows"):
        create("sasrec").fit(rows)


def test_one_basket_per_user_trains_nothing_and_is_reported():
    users, items = np.repeat(["1", "2"], 3), np.tile(["a", "b", "c"], 2)
    one = START + np.repeat([0.0, DAY], 3)
    for times, is_said in ((one, True), (one + [0, 0, DAY, 0, 0, 0], False)):
        said = []
        rows = Interactions.from_arrays(users, items, timestamps=times)
        options = TrainingOptions(progress=said.append)
        create("gru", **FAST, epochs=1).fit(rows, options=options)
        last = "gru has learned nothing: it needs users with two baskets"
        assert said[-1].message.startswith(last) == is_said


def test_a_night_later_it_starts_from_the_night_before(fitted):
    # Two items came and one is gone: the others keep their vectors by id.
    rows = circle(items=ITEMS + 2, seed=1)
    grown = rows.select(rows.item_indices != 0).compact()
    options = TrainingOptions(previous=fitted)
    first = create("gru", **FAST, epochs=1)
    fresh = create("gru", **FAST, epochs=1).fit(grown)
    warm = first.fit(grown, options=options)
    assert warm.curve_[0, 0] < 0.7 * fresh.curve_[0, 0]


def test_it_starts_from_its_own_kind_only(fitted):
    with pytest.raises(DataError, match="lstm cannot start from gru"):
        create("lstm").fit(circle(), options=TrainingOptions(previous=fitted))


def kinds_that_tell() -> Interactions:
    """After a purchase comes item b, after a view item c, always of the same a."""
    random = np.random.default_rng(0)
    users = np.repeat(np.arange(1000, 1300), 2)  # in the same order as texts
    bought = random.random(300) < 0.5
    items = np.column_stack((np.full(300, "a"), np.where(bought, "b", "c"))).ravel()
    first = np.where(bought, "purchase", "view")
    kinds = np.column_stack((first, np.full(300, "purchase"))).ravel()
    weights = np.where(kinds == "purchase", 10.0, 1.0)
    times = START + np.arange(600)
    return Interactions.from_arrays(users, items, weights, times, kinds)


def test_the_kind_of_a_row_is_read():
    rows = kinds_that_tell()
    model = create("gru", **FAST, epochs=30, patience=30).fit(rows)
    scores = model.score_indices(
        rows.histories().select(np.arange(300)), np.arange(300)
    )
    # The first row of each user alone.
    first = rows.select(np.arange(0, 600, 2))
    scores = model.score_indices(first.histories(), np.arange(300))
    is_purchase = first.is_kind("purchase")
    assert (scores[is_purchase, 1] > scores[is_purchase, 2]).all()
    assert (scores[~is_purchase, 2] > scores[~is_purchase, 1]).all()


def test_the_newest_part_of_a_history_is_hidden():
    import torch
    from scipy.sparse import csr_array

    from django_recsys.learning.neural.training.sparse_histories import target_weights

    recency = np.array([0.5, 1.0, 0.1, 0.2, 1.0], dtype=np.float32)
    rows = csr_array((recency, [4, 1, 2, 3, 0], [0, 4, 5]), shape=(2, 5))
    torch.manual_seed(0)
    found = {tuple(target_weights(rows).astype(float).round(3)) for _ in range(200)}
    # The second row has but one cell, so that nothing is left to read.
    assert found == {
        (0.0, 1.0, 0.0, 0.0, 1.0),
        (1.0, 0.707, 0.0, 0.0, 1.0),
        (0.707, 0.577, 0.0, 1.0, 1.0),
    }
    rows.data[:] = 1.0  # without a recency any may be hidden
    drawn = np.array([target_weights(rows) > 0 for _ in range(200)])
    assert drawn.any(axis=0).all()
    assert not drawn[:, :4].all(axis=0).any()


def test_a_hidden_item_is_not_part_of_the_input():
    """Everyone draws by lot, so that all there would be to learn is to copy."""
    random = np.random.default_rng(0)
    users = np.repeat(np.arange(1000, 1200), 4)
    items = np.concatenate([random.permutation(20)[:4] for _ in range(200)])
    rows = Interactions.from_arrays(users, items)
    model = create(
        "autoencoder", embedding_size=8, hidden_size=16, batch_users=20, epochs=20
    ).fit(rows)
    scores = model.score_indices(rows.histories(), np.arange(200))
    is_own = rows.user_items().toarray() > 0
    assert scores[is_own].mean() < scores[~is_own].mean() + 0.1


def test_the_time_between_rows_is_read():
    import torch

    from django_recsys.learning.neural.modules.sequence import Inputs, Sequences
    from django_recsys.learning.neural.modules.transformer import TransformerNetwork

    inputs = Inputs(n_items=3, n_kinds=0, size=8, dropout=0.0)
    module = TransformerNetwork(
        inputs, length=5, blocks=1, heads=2, has_times=True
    ).eval()
    items, late = torch.tensor([[0, 1]]), START + 90 * DAY

    def last_state(second: float):
        times = torch.tensor([[START, second]], dtype=torch.double)
        return module.states(Sequences(items, times=times))[0, -1]

    # What a row is from now is learned for each span of time by itself.
    torch.testing.assert_close(last_state(START + 60), last_state(late))
    last_state(late).square().sum().backward()
    assert module.gaps.weight.grad[22].any()  # 2**22 seconds are 49 days
    assert not module.gaps.weight.grad[6].any()
    with torch.no_grad():
        module.gaps.weight[22] = -20.0
    assert (last_state(late) - last_state(START + 60)).abs().max() > 0.01


def test_a_basket_is_predicted_from_the_rows_before_it():
    """After a come b and c in one basket; rows of a basket do not predict another."""
    users = np.repeat(np.arange(1000, 1200), 3)
    items = np.tile(["a", "b", "c"], 200)
    times = START + np.tile([0.0, DAY, DAY], 200)
    rows = Interactions.from_arrays(users, items, timestamps=times)
    model = create("gru", **FAST, epochs=10).fit(rows)
    first = model.score_indices(
        rows.select(rows.item_indices == 0).histories(), np.arange(200)
    )
    assert abs(first[0, 1] - first[0, 2]) < 0.5  # one as likely as the other
    assert (first[:, 1:] > first[:, :1] + 2).all()


def test_purchases_are_the_main_target():
    from django_recsys.learning.neural.training.sequences import weight_of_kinds

    rows = kinds_that_tell()
    weights = weight_of_kinds(rows, rows.histories())
    kinds = rows.histories().kinds
    purchase = rows.kind_names.index("purchase")
    assert set(weights[kinds == purchase]) == {1.0}
    assert weights[kinds != purchase] == pytest.approx(0.1)


def test_an_item_without_interactions_is_placed_by_its_features():
    """Two tastes that a label tells apart; one item of each has no row at all."""
    random = np.random.default_rng(0)
    users = np.repeat(np.arange(200), 6)
    taste = np.repeat(random.integers(2, size=200), 6)
    items = [f"{each}-{random.integers(1, 15):02}" for each in taste]
    rows = Interactions.from_arrays(users, items).with_items(["0-00", "1-00"])
    features = {"item": rows.items.ids.tolist()}
    features["category"] = [each[0] for each in features["item"]]
    model = create("two_tower", **FAST, epochs=10, id_dropout=0.5)
    model.fit(rows, items=features)
    answer = model.recommend(
        ["x", "y"],
        histories=[["0-03", "0-07"], ["1-03", "1-07"]],
        n=1,
        candidates=["0-00", "1-00"],
    )
    assert answer.item_ids[:, 0].tolist() == ["0-00", "1-00"]
    without = create("two_tower", **FAST, epochs=1).fit(rows)
    assert not without.is_known_[rows.items.indices(["0-00", "1-00"])].any()


@pytest.mark.parametrize("popularity", [0.0, 1.0])
def test_items_without_interactions_are_shown_as_if_popular(popularity):
    rows = circle().with_items(["new"])
    features = {"item": rows.items.ids.tolist()}
    features["category"] = [each[:2] for each in features["item"]]  # i0, i1, ..., ne
    at = int(rows.items.indices(["new"])[0])
    features["category"][at] = "i0"
    settings = {**FAST, "epochs": 3, "popularity": popularity}
    learned, scaled = (
        create("two_tower", **settings, new_items=share).fit(rows, items=features)
        for share in (0.0, 0.75)
    )
    size, others = scaled.embedding_size, np.arange(len(rows.items)) != at
    np.testing.assert_allclose(
        learned.item_vectors_[others], scaled.item_vectors_[others], 1e-4, 1e-6
    )
    lengths = np.linalg.norm(scaled.item_vectors_[others, :size], axis=1)
    described = scaled.network.by_features().detach().numpy()
    usual = np.median(np.linalg.norm(described[others], axis=1))
    np.testing.assert_allclose(
        scaled.item_vectors_[at, :size],
        described[at] * np.quantile(lengths, 0.75) / usual,
        rtol=1e-4,
        atol=1e-6,
    )
    before, after = learned.item_vectors_[at], scaled.item_vectors_[at]
    as_trained = learned.network.item_vectors().detach().numpy()[at]
    np.testing.assert_allclose(before, as_trained, rtol=1e-4, atol=1e-6)
    cosine = before[:size] @ after[:size]
    cosine /= np.linalg.norm(before[:size]) * np.linalg.norm(after[:size])
    assert cosine == pytest.approx(1, abs=1e-5)
    if popularity:
        assert after[size] > before[size]


def test_with_repeats_it_is_measured_by_them():
    """Everyone buys one and the same thing over and over."""
    users = np.repeat(np.arange(1000, 1100), 5)
    items = np.repeat(np.arange(100) % 20, 5).astype(str)
    rows = Interactions.from_arrays(
        users, items, timestamps=np.tile(START + DAY * np.arange(5), 100)
    )
    model = create("gru", **FAST, epochs=10, repeats=1.0)
    assert model.capabilities.task == "any-items"
    assert create("gru").capabilities.task == "new-items"
    found = evaluate(model, rows, "temporal")
    assert found.metric("ndcg@10", task="any-items") > 0.9


@pytest.mark.parametrize(("repeats", "is_scored"), [(1.0, True), (0.2, False)])
def test_training_ranks_repeats_where_they_are_relevant(repeats, is_scored):
    """Each user buys one thing only, so that without repeats nothing is relevant."""
    users = np.repeat(np.arange(1000, 1300), 3)
    items = np.repeat(np.arange(300) % 20, 3).astype(str)
    rows = Interactions.from_arrays(
        users, items, timestamps=np.tile(START + DAY * np.arange(3), 300)
    )
    model = create("gru", **FAST, epochs=1, repeats=repeats).fit(rows)
    assert np.isfinite(model.curve_[:, 1]).all() == is_scored


def test_a_horizon_predicts_later_rows_too():
    """a, then b, then c: after a, c counts as much where the horizon is wide."""
    users = np.repeat(np.arange(1000, 1200), 3)
    items = np.tile(["a", "b", "c"], 200)
    times = np.tile(START + DAY * np.arange(3), 200)
    rows = Interactions.from_arrays(users, items, timestamps=times)
    first = rows.select(rows.item_indices == 0).histories()
    near, far = (
        create("gru", **FAST, epochs=15, horizon=horizon)
        .fit(rows)
        .score_indices(first, np.arange(200))[0]
        for horizon in (0, 2)
    )
    assert near[1] - near[2] > far[1] - far[2] + 1


def test_a_wide_horizon_asks_every_state_for_its_own_rows():
    """Hundreds of states in a step, each row predicted from a random one before it."""
    users = np.repeat(np.arange(1000, 1060), 12)
    start = np.repeat(np.arange(60) % 2 * 12, 12)
    rows = Interactions.from_arrays(users, (start + np.tile(np.arange(12), 60)))
    model = create("gru", **FAST | {"batch_tokens": 800}, epochs=30, horizon=6)
    model.fit(rows)
    first = rows.select(rows.time_order[np.arange(0, 720, 12)]).histories()
    scores = model.score_indices(first, np.arange(60))
    ours = np.array([int(each) < 12 for each in rows.items.ids])
    is_ours = ours == (np.arange(60) % 2 == 0)[:, None]
    assert scores[is_ours].mean() > scores[~is_ours].mean() + 1


def test_repeats_count_as_much_as_the_setting_says():
    """Three of four buy a again, one takes b; without repeats only b teaches."""
    users = np.repeat(np.arange(1000, 1200), 2)
    second = np.where(np.arange(200) % 4, "a", "b")
    items = np.column_stack((np.full(200, "a"), second)).ravel()
    rows = Interactions.from_arrays(
        users, items, timestamps=np.tile([START, START + DAY], 200)
    )
    first = rows.select(np.arange(0, 400, 2)).histories()
    without, fully = (
        create("gru", **FAST, epochs=15, repeats=repeats)
        .fit(rows)
        .score_indices(first, np.arange(200))[0]
        for repeats in (0.0, 1.0)
    )
    assert without[1] > without[0]
    assert fully[0] > fully[1]


def test_a_usual_new_item_is_as_long_as_the_quantile_of_the_others():
    """The longer of two new items stays the longer: its features promise more."""
    import torch

    model = create("two_tower", embedding_size=6, new_items=0.5)
    sizes = np.array([1, 3, 5, 7, 0.5, 0.25], dtype=np.float32)
    model.item_vectors_ = np.diag(sizes)
    model.is_taken_ = np.array([True, True, True, True, False, False])
    model.prior_ = np.zeros(0, dtype=np.float32)
    # By features alone: those taken are 0, 0.5, 1 and 2 long; one has no features.
    by_features = torch.diag(torch.tensor([0, 0.5, 1, 2, 0.5, 0.25]))
    model._network = SimpleNamespace(by_features=lambda: by_features)
    model._scale_new_items(~model.is_taken_)
    found = np.linalg.norm(model.item_vectors_, axis=1)
    assert found.tolist() == pytest.approx([1, 3, 5, 7, 2, 1])


def test_new_items_stay_as_they_are_where_no_other_has_a_feature():
    rows = circle(users=40).with_items(["new"])
    features = {"item": ["new"], "category": ["only its own"]}
    model = create("two_tower", **FAST, epochs=1).fit(rows, items=features)
    at = int(rows.items.indices(["new"])[0])
    assert model.is_known_[at]
    assert not model.item_vectors_[at].any()


def test_a_history_is_read_by_directions_in_which_features_count_more():
    import torch

    rows = circle(users=40)
    features = {"item": rows.items.ids.tolist()}
    features["category"] = [
        "even" if int(each[1:]) % 2 else "odd" for each in rows.items.ids
    ]
    cosine = torch.nn.functional.cosine_similarity
    first, third = torch.tensor([0]), torch.tensor([2])  # of one category
    found = {}
    for share in (0.0, 0.5):
        model = create("two_tower", **FAST, epochs=1, feature_share=share)
        module = model.fit(rows, items=features).network
        with torch.inference_mode():
            vectors, read = module.compared(first), module.embed(first)
            length = model.embedding_size**0.5
            assert float(read.norm()) == pytest.approx(length, rel=1e-4)
            is_alike = float(cosine(module.compared(first), module.compared(third)))
            reads_alike = float(cosine(read, module.embed(third)))
            found[share] = (float(cosine(vectors, read)), reads_alike - is_alike)
            before = module.embed(torch.arange(4))
            module.items.weight *= 3
            module.described.table.weight *= 3
            torch.testing.assert_close(module.embed(torch.arange(4)), before)
    assert found[0.0] == pytest.approx((1, 0), abs=1e-5)
    assert found[0.5][0] < 0.999
    assert found[0.5][1] > 0.05


def test_a_feature_of_new_items_alone_is_zero():
    rows = circle(users=40).with_items(["plain", "branded"])
    ids = rows.items.ids.tolist()
    brands = ["unheard of" if each == "branded" else "" for each in ids]
    features = {"item": ids, "category": ["a"] * len(ids), "brand": brands}
    model = create("two_tower", **FAST, epochs=1).fit(rows, items=features)
    plain, branded = model.item_vectors_[rows.items.indices(["plain", "branded"])]
    assert plain.any()
    np.testing.assert_array_equal(plain, branded)


@pytest.mark.parametrize("name", ["gru", "autoencoder", "two_tower"])
def test_new_items_are_ordered_by_their_trend_and_held_ones_are_not(name):
    random = np.random.default_rng(1)
    rows = Interactions.from_arrays(
        random.integers(0, 40, 400),
        random.integers(0, 30, 400),
        timestamps=np.sort(random.uniform(0, 100, 400)) * 86_400,
    )
    small = {"hidden_size": 8} if name == "autoencoder" else {}
    plain, trendy = (
        create(name, embedding_size=8, epochs=1, trend=trend, **small).fit(rows)
        for trend in (0, 5)
    )
    histories, users = rows.histories(), np.arange(len(rows.users))

    before = plain.score_indices(histories, users)
    after = trendy.score_indices(histories, users)

    held = rows.user_items().toarray() > 0
    np.testing.assert_allclose(after[held], before[held], rtol=1e-4, atol=1e-6)
    before[held] = after[held] = np.nan
    logs = np.log(trend_factors(item_trends(rows), 5))
    assert logs.min() < 0 < logs.max()
    # By one factor per user, so that the best new item keeps its score.
    shift = after - before - logs
    np.testing.assert_allclose(
        np.nanmax(shift, axis=1), np.nanmin(shift, axis=1), 1e-3, 1e-5
    )
    np.testing.assert_allclose(
        np.nanmax(after, axis=1), np.nanmax(before, axis=1), rtol=1e-4, atol=1e-6
    )
