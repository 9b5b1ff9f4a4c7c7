"""Sequence models that read item features beside ids."""

import io

import numpy as np
import pytest

from django_recsys.learning.artifacts import load, save
from django_recsys.learning.data import Interactions
from django_recsys.learning.recommender import TrainingOptions
from django_recsys.learning.registry import create

torch = pytest.importorskip("torch")

from django_recsys.learning.neural.modules.feature_bag import FeatureBag, Features  # noqa: E402

FAST = {"learning_rate": 0.01, "item_rate": 4.0, "dropout": 0.1, "batch_tokens": 256}
SMALL = {"embedding_size": 16, "epochs": 8}
NAMES = ("sasrec", "gru", "lstm", "cnn")
ITEMS, RARE = 40, 8


def of_two_kinds() -> Interactions:
    """Users keep to the even or the odd items; the first eight have few rows."""
    random = np.random.default_rng(0)
    users, items = [], []
    for user in range(200):
        own = np.arange(RARE + user % 2, ITEMS, 2)
        taken = random.choice(own, 6, replace=False)
        if user < RARE:
            taken[random.integers(6)] = user
        users += [1000 + user] * 6
        items += [f"i{each:02}" for each in taken]
    return Interactions.from_arrays(users, items)


def described(even: str = "even", odd: str = "odd") -> dict[str, list[str]]:
    ids = [f"i{each:02}" for each in range(ITEMS)]
    kinds = [odd if each % 2 else even for each in range(ITEMS)]
    return {"item": ids, "category": kinds}


def lead_of_own_category(scores: np.ndarray) -> float:
    """Return the mean score of rare items of the own category above the other's."""
    own = np.arange(RARE) % 2 == np.arange(len(scores))[:, None] % 2
    rare = scores[:, :RARE]
    return float(rare[own].mean() - rare[~own].mean())


@pytest.mark.parametrize("name", NAMES)
def test_a_rare_item_learns_from_its_category(name):
    rows = of_two_kinds()
    users = np.arange(RARE, 200)
    histories = rows.histories().select(users)

    def lead(items):
        model = create(name, **FAST, **SMALL).fit(rows, items=items)
        return lead_of_own_category(model.score_indices(histories, users))

    assert lead(described()) > lead(None) + 1


def test_without_features_nothing_is_read_of_them():
    rows = of_two_kinds()
    plain = create("gru", **FAST, **SMALL).fit(rows)
    for items, is_read in ((described(), False), ({"item": ["i01"]}, True)):
        model = create("gru", **FAST, **SMALL, with_features=is_read)
        model.fit(rows, items=items)
        np.testing.assert_array_equal(model.parameters_, plain.parameters_)


def test_features_outlast_an_artifact():
    rows = of_two_kinds()
    model = create("sasrec", **FAST, **SMALL).fit(rows, items=described())
    assert model.feature_keys_.shape == (2,)
    file = io.BytesIO()
    save(model, file)
    histories, users = rows.histories(), np.arange(200)
    np.testing.assert_allclose(
        load(file).score_indices(histories, users),
        model.score_indices(histories, users),
        rtol=1e-4,
        atol=1e-6,
    )


def test_a_night_later_features_keep_their_vectors_by_name():
    """What sorts before them is new: by their places they would be mistaken."""
    rows = of_two_kinds()
    before = create("gru", **FAST, **SMALL).fit(rows, items=described())
    more = described()
    more["category"] = [f"{each}|any" for each in more["category"]]
    options = TrainingOptions(previous=before)
    slow = FAST | {"learning_rate": 1e-6}
    after = create("gru", **slow, **SMALL | {"epochs": 1})
    after.fit(rows, items=more, options=options)
    assert after.feature_keys_.tolist()[1:] == before.feature_keys_.tolist()
    tables = [each.network.described.table.weight for each in (before, after)]
    old, new = (each.detach().numpy() for each in tables)
    np.testing.assert_allclose(new[1:], old, atol=1e-3)
    np.testing.assert_allclose(new[0], 0, atol=1e-3)
    bare = create("gru", **FAST, **SMALL | {"epochs": 1}).fit(rows)
    after.fit(rows, items=more, options=TrainingOptions(previous=bare))
    table = after.network.described.table.weight.detach().numpy()
    np.testing.assert_allclose(table, 0, atol=1e-3)


def test_a_checkpoint_with_other_features_is_left_alone(tmp_path):
    rows, checkpoint = of_two_kinds(), tmp_path / "checkpoint.npz"

    def weights(items, path):
        model = create("gru", **FAST, **SMALL | {"epochs": 1})
        options = TrainingOptions(checkpoint=path)
        return model.fit(rows, items=items, options=options).parameters_

    weights(described(), checkpoint)
    assert checkpoint.exists()
    turned = described("pair", "impair")  # as many, in another order
    found, afresh = weights(turned, checkpoint), weights(turned, None)
    np.testing.assert_array_equal(found, afresh)


def test_missing_features_are_reported():
    said = []
    options = TrainingOptions(progress=lambda each: said.append(each.message))
    model = create("gru", **FAST, **SMALL | {"epochs": 1})
    model.fit(of_two_kinds(), items={"item": ["i01"]}, options=options)
    assert "none of the items has a feature" in said


@pytest.mark.parametrize("popularity", [0.0, 1.0])
@pytest.mark.parametrize("name", [*NAMES, "two_tower"])
def test_every_loss_compares_the_same_item_vectors(name, popularity):
    """A full softmax takes all vectors, a sampled one those of the drawn."""
    rows = of_two_kinds()
    for loss in ("softmax", "sampled", "gbce"):
        model = create(
            name, **FAST, **SMALL | {"epochs": 1}, loss=loss, popularity=popularity
        )
        module = model.fit(rows, items=described()).network
        every = module.vectors_of(torch.arange(ITEMS))
        torch.testing.assert_close(module.item_vectors(), every)
        assert np.isfinite(model.curve_[:, 0]).all()


def test_the_gradient_of_all_items_is_that_of_a_bag():
    random = np.random.default_rng(0)
    counts = random.integers(0, 4, 30)
    features = Features(
        columns=torch.from_numpy(random.integers(0, 9, counts.sum())),
        values=torch.from_numpy(random.random(counts.sum(), dtype=np.float32)),
        starts=torch.from_numpy(np.append(0, np.cumsum(counts))),
        count=12,
    )
    bag = FeatureBag(features, 5)
    want = torch.from_numpy(random.random((30, 5), dtype=np.float32))
    found = []
    for vectors in (bag.every(), bag(torch.arange(30))):
        bag.zero_grad()
        (vectors * want).sum().backward()
        found.append((vectors.detach(), bag.table.weight.grad.clone()))
    torch.testing.assert_close(found[0], found[1])
    assert found[0][1].any()
