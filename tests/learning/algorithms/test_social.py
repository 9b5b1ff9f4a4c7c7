import io

import numpy as np
import pytest

from django_recsys.learning.algorithms.social import Social
from django_recsys.learning.artifacts import load, save
from django_recsys.learning.data import Edges, Interactions
from django_recsys.learning.evaluation.evaluator import compare, evaluate
from django_recsys.learning.exceptions import DataError
from django_recsys.testing import RecommenderContract, interactions_of

PAIRS = [
    (str(user), str(friend))
    for user in range(16)
    for friend in range(16)
    if user != friend and user % 2 == friend % 2
]


class TestSocial(RecommenderContract):
    edges = Edges.from_arrays(*zip(*PAIRS, strict=True))

    def make_recommender(self):
        return Social()

    def test_artifact_holds_no_user(self):
        rows = interactions_of({"customer-1": ["tea"], "customer-2": ["jam"]})
        edges = Edges.from_arrays(["customer-1"], ["customer-2"])
        file = io.BytesIO()
        save(Social().fit(rows, edges=edges), file)
        contents = file.getvalue()
        assert b"customer-" not in contents
        assert "customer-".encode("utf-32-le") not in contents

    def test_save_and_load_change_nothing(self, fitted, users):
        """Artifacts hold no histories of friends: a loaded model has no scores."""
        file = io.BytesIO()
        save(fitted, file)
        loaded = load(io.BytesIO(file.getvalue()))
        assert set(loaded.recommend(users).item_ids.ravel()) == {""}
        assert loaded.hyperparameters == fitted.hyperparameters


@pytest.fixture
def rows():
    return interactions_of(
        {
            "ann": ["tea"],
            "bob": ["tea", "jam"],
            "cat": ["cup", "jam"],
            "dan": ["pan"],
            "eve": ["tea", "pot"],
        }
    )


def listed(model, user, **choices):
    return [each for each in model.recommend([user], **choices).item_ids[0] if each]


def test_only_direct_friends_count(rows):
    edges = Edges.from_arrays(["ann", "bob"], ["bob", "cat"])
    model = Social().fit(rows, edges=edges)
    assert listed(model, "ann") == ["jam"]
    assert listed(model, "bob") == ["cup"]
    # Trust is not mutual, and friends of friends do not count.
    assert listed(model, "cat") == listed(model, "dan") == []


def test_users_without_a_history_get_items(rows):
    edges = Edges.from_arrays(["new", "new"], ["bob", "eve"], [1.0, 5.0])
    model = Social().fit(rows.with_users(["new"]), edges=edges)
    assert listed(model, "new")[0] in ("pot", "tea")
    assert set(listed(model, "new")) == {"tea", "jam", "pot"}


def test_trust_and_similar_taste_decide(rows):
    both = [["ann", "ann"], ["dan", "eve"]]
    equal = Social(taste_share=0.9).fit(rows, edges=Edges.from_arrays(*both))
    assert listed(equal, "ann") == ["pot", "pan"]
    trusting = Social(taste_share=0.0).fit(
        rows, edges=Edges.from_arrays(*both, [9.0, 1.0])
    )
    assert listed(trusting, "ann") == ["pan", "pot"]


def test_fewest_friends_hides_the_items_of_a_single_friend(rows):
    edges = Edges.from_arrays(["ann", "ann"], ["bob", "cat"])
    assert set(listed(Social().fit(rows, edges=edges), "ann")) == {"jam", "cup"}
    model = Social(fewest_friends=2).fit(rows, edges=edges)
    assert listed(model, "ann") == ["jam"]


def test_without_friends_it_raises(rows):
    with pytest.raises(DataError, match="social needs friends"):
        Social().fit(rows)
    with pytest.raises(DataError, match="No edge joins two users"):
        Social().fit(rows, edges=Edges.from_arrays(["ann"], ["nobody"]))


def circles(seed=0, circles=30, size=5, items=120):
    """Return users who buy what their circle buys, and the edges of circles."""
    random = np.random.default_rng(seed)
    users, bought, times, sources, targets = [], [], [], [], []
    for circle in range(circles):
        liked = random.choice(items, 10, replace=False)
        members = [f"{circle}-{number}" for number in range(size)]
        for user in members:
            own = random.permutation(np.append(liked, random.choice(items, 4)))[:7]
            users += [user] * 7
            bought += [f"i{item}" for item in own]
            times += random.random(7).tolist()
            sources += [user] * (size - 1)
            targets += [each for each in members if each != user]
    return (
        Interactions.from_arrays(users, bought, timestamps=times),
        Edges.from_arrays(sources, targets),
    )


def test_true_friends_predict_better_than_random_ones_and_popularity():
    rows, edges = circles()
    random = np.random.default_rng(1)
    shuffled = Edges.from_arrays(edges.sources, random.permutation(edges.targets))
    found = evaluate("social", rows, "leave-one-out", edges=edges)
    for other in (
        evaluate("social", rows, "leave-one-out", edges=shuffled),
        evaluate("popular", rows, "leave-one-out"),
    ):
        assert compare(found, other).is_better
