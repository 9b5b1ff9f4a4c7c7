import json

import numpy as np
import pytest

from django_recsys.learning.algorithms.factorization.ratings import RatingModel
from django_recsys.learning.cli.main import main
from django_recsys.learning.data import Interactions
from django_recsys.learning.data.files import read_interactions
from django_recsys.learning.evaluation.ratings import evaluate_ratings
from django_recsys.learning.exceptions import DataError, NotFittedError
from django_recsys.learning.metrics.ratings import rating_metrics
from django_recsys.learning.options import TrainingOptions
from django_recsys.testing import taste_clusters


@pytest.fixture(scope="module")
def rows():
    """Strict and lenient users of two tastes rate seven of ten items of each taste."""
    random = np.random.default_rng(4)
    users, items, stars = [], [], []
    for user in range(60):
        for item in range(20):
            if random.random() < 0.7:
                users.append(f"u{user}")
                items.append(f"i{item}")
                stars.append(3 + (user % 3 - 1) * 0.5 + (1 - 2 * ((user + item) % 2)))
    return Interactions.from_arrays(users, items, weights=stars)


def test_tastes_and_biases_are_learned(rows):
    found = evaluate_ratings(rows, liked=3.0)
    assert found["rmse"] < 0.75 * found["mean_alone"]["rmse"]
    assert found["f1"] > 0.75
    assert found["test_ratings"] + found["train_ratings"] == len(rows)


def test_ratings_are_predicted_for_ids(rows):
    model = RatingModel().fit(rows)
    predicted = model.predict(["u0", "u0", "u1"], ["i0", "i1", "i1"])
    assert predicted.dtype == np.float32
    assert predicted[0] > predicted[1]
    assert predicted[2] > predicted[1]
    average = model.predict(["no-such"], ["no-such"])
    assert average[0] == pytest.approx(rows.weights.mean(), rel=1e-5)
    clipped = model.predict(["u2"] * 20, [f"i{n}" for n in range(20)])
    assert clipped.min() >= rows.weights.min()
    assert clipped.max() <= rows.weights.max()


def test_slices_change_nothing(rows, monkeypatch):
    from django_recsys.learning.algorithms.factorization import ratings

    whole = RatingModel(factors=3).fit(rows)
    monkeypatch.setattr(ratings, "CELLS_PER_SLICE", 7 * 4**2)
    sliced = RatingModel(factors=3).fit(rows)
    np.testing.assert_allclose(whole.users_, sliced.users_, atol=1e-4)


def test_biases_alone_are_the_ridge_solution():
    rows = Interactions.from_arrays(
        ["a", "a", "b", "b"], ["x", "y", "x", "y"], weights=[5, 3, 4, 2]
    )
    model = RatingModel(
        factors=1, regularization=1e6, bias_regularization=1e-3, epochs=30
    ).fit(rows)
    users, items = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    np.testing.assert_allclose(
        model.predict_indices(users, items), [5, 3, 4, 2], atol=0.01
    )


def test_metrics_by_hand():
    found = rating_metrics(np.array([5, 4, 3, 1]), np.array([4.5, 3, 4, 1]))
    assert found["rmse"] == pytest.approx(np.sqrt((0.25 + 1 + 1) / 4))
    assert found["mae"] == pytest.approx(2.5 / 4)
    assert (found["accuracy"], found["precision"]) == (0.5, 0.5)
    assert (found["recall"], found["f1"]) == (0.5, 0.5)
    assert rating_metrics(np.array([1.0, 2.0]), np.array([1.0, 1.0]))["f1"] == 0
    with pytest.raises(DataError, match="2 ratings, but 1"):
        rating_metrics(np.ones(2), np.ones(1))


def test_wrong_arguments_raise(rows):
    with pytest.raises(NotFittedError, match="must be fitted"):
        RatingModel().predict(["u0"], ["i0"])
    with pytest.raises(DataError, match="no ratings that differ"):
        RatingModel().fit(taste_clusters())
    with pytest.raises(DataError, match="2 users, but 1 items"):
        RatingModel().fit(rows).predict(["u0", "u1"], ["i0"])


def test_the_command_line(rows, tmp_path, capsys):
    path = tmp_path / "ratings.csv"
    lines = [
        f"{rows.users.ids[user]},{rows.items.ids[item]},{weight},rating"
        for user, item, weight in zip(
            rows.user_indices, rows.item_indices, rows.weights, strict=True
        )
    ]
    path.write_text("\n".join(["user,item,weight,kind", *lines, "u1,i1,9,view"]))
    assert main(["ratings", str(path), "--json", "--liked", "3.5"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["liked"] == 3.5
    assert found["train_ratings"] + found["test_ratings"] == len(rows)
    assert main(["ratings", str(path)]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in shown] == ["rmse", "biased_mf", "mean"]


@pytest.mark.slow
def test_error_on_films(shared_data):
    """scikit-surprise's SVD has .893 to .906 here: benchmarks/engine_ratings.py."""
    pytest.importorskip("pyarrow")
    path = shared_data("ml-latest-small") / "interactions.parquet"
    rows = read_interactions(path).interactions
    found = evaluate_ratings(rows, options=TrainingOptions(seed=0))
    assert found["rmse"] < 0.885
    assert found["precision"] > 0.8
