import json

import pytest

from django_recsys.learning.cli.main import main
from django_recsys.learning.registry import ALGORITHMS
from django_recsys.testing import taste_clusters


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    rows = taste_clusters(users=40)
    lines = ["user,item,timestamp"]
    for user, item, at in zip(
        rows.users.ids[rows.user_indices],
        rows.items.ids[rows.item_indices],
        rows.timestamps,
        strict=True,
    ):
        lines.append(f"{user},{item},{at}")
    folder = tmp_path_factory.mktemp("rows")
    path = folder / "rows.csv"
    path.write_text("\n".join(lines))
    items = [f"{each},half {int(each[1:]) // 12}" for each in rows.items.ids]
    (folder / "items.csv").write_text("\n".join(["item,category", *items]))
    return path


def test_evaluation_is_a_list_with_one_object_per_algorithm(path, capsys):
    code = main(
        ["evaluate", str(path), "--algorithms", "popular,item_knn", "--json"]
        + ["--set", "item_knn.shrinkage=1", "--protocol", "leave-one-out"]
    )
    results = json.loads(capsys.readouterr().out)
    assert code == 0
    assert [each["algorithm"] for each in results] == ["popular", "item_knn"]
    knn = results[1]
    assert knn["hyperparameters"]["shrinkage"] == 1.0
    assert knn["ndcg@10"] > results[0]["ndcg@10"]
    assert knn["ndcg@10_above_popular"]["new-items"]["low"] > 0
    assert "diversity@10" in knn
    for name in ("fit_seconds", "fit_cpu_seconds", "recommend_seconds", "users"):
        assert name in knn
    assert knn["peak_rss_bytes"] > 10_000_000
    assert "per_user" not in knn


def test_table_marks_what_is_not_above_popular(path, capsys):
    assert main(["evaluate", str(path), "--algorithms", "popular,buy_again"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].split()[:2] == ["algorithm", "ndcg@10"]
    assert "not above popular on any-items" in shown[2]


def test_seeds_are_run_and_averaged(path, capsys):
    arguments = ["evaluate", str(path), "--algorithms", "als", "--seeds", "2"]
    assert main([*arguments, "--set", "als.epochs=1", "--json"]) == 0
    (result,) = json.loads(capsys.readouterr().out)
    seeds = [each["seed"] for each in result["by_seed"]]
    assert seeds == [0, 1]
    mean = sum(each["ndcg@10"] for each in result["by_seed"]) / 2
    assert result["ndcg@10"] == pytest.approx(mean)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--algorithms", "magic"], "no algorithm 'magic'"),
        (["--set", "ease.regularization=-2"], "ease.regularization is '-2'"),
        (["--set", "als.epochs=3"], "als is not among --algorithms"),
        (["--set", "epochs"], "write it as als.embedding_size=128"),
        (["--tune", "0"], "--tune takes a number of seconds above zero"),
        (["--study", "x.log"], "give both"),
        (["--cold-items", "1.5"], "--cold-items takes a share of the items"),
        (["--edges", "gone.csv"], "There is no file gone.csv"),
        (["--fit", "train"], "--fit needs --protocol leave-one-out"),
        (["--protocol", "given-split"], "given-split needs a column 'split'"),
    ],
)
def test_bad_arguments_give_one_line_of_error(path, capsys, arguments, reason):
    code = main(["evaluate", str(path), "--algorithms", "ease", *arguments])
    error = capsys.readouterr().err
    assert code == 2
    assert error.startswith("error: ")
    assert reason in error
    assert error.count("\n") == 1


def test_bad_file_is_reported_once_by_the_child(path, capsys, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text("user,item,timestamp\n1,a,x\n")
    assert main(["evaluate", str(bad), "--algorithms", "popular"]) == 2
    assert "line 2, column 'timestamp'" in capsys.readouterr().err


def test_algorithms_are_listed_with_default_range_and_help(capsys):
    assert main(["algorithms"]) == 0
    shown = capsys.readouterr().out
    for name in ALGORITHMS:
        assert f"{name}: " in shown
    assert "regularization = -1 (-1, or at least 0): L2 penalty; larger" in shown


def test_algorithms_as_json(capsys):
    assert main(["algorithms", "--json"]) == 0
    listing = json.loads(capsys.readouterr().out)
    assert [each["algorithm"] for each in listing] == list(ALGORITHMS)
    (found,) = [each for each in listing if each["algorithm"] == "ease"]
    (ease,) = [
        each for each in found["hyperparameters"] if each["name"] == "regularization"
    ]
    assert (ease["name"], ease["type"], ease["default"]) == (
        "regularization",
        "float",
        -1.0,
    )


def test_child_prints_one_result_with_values_per_user(path, capsys):
    arguments = ["evaluate", str(path), "--algorithms", "popular", "--in-process"]
    items = ["--items", str(path.with_name("items.csv"))]
    assert main([*arguments, *items, "--protocol", "leave-one-out"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert len(result["per_user"]["new-items"]) == 40
    assert result["peak_rss_bytes"] > 10_000_000
    assert 0 < result["diversity@10"] <= 1


def test_child_that_is_stopped_is_named(path, capsys, monkeypatch):
    monkeypatch.setattr("sys.executable", "false")
    assert main(["evaluate", str(path), "--algorithms", "popular"]) == 2
    assert capsys.readouterr().err == "error: popular: it was stopped\n"


def test_tuning_comes_before_the_test_and_is_reported(path, capsys, tmp_path):
    pytest.importorskip("optuna")
    study = tmp_path / "study.log"
    arguments = ["evaluate", str(path), "--algorithms", "popular,item_knn", "--json"]
    arguments += ["--tune", "0.5", "--study", str(study)]
    assert main([*arguments, "--set", "item_knn.neighbors=1"]) == 0
    popular, knn = json.loads(capsys.readouterr().out)
    assert popular["tuning"] is None
    assert knn["tuning"]["start"]["neighbors"] == 1
    assert knn["hyperparameters"] == knn["tuning"]["hyperparameters"]
    assert knn["tuning"]["score"] >= knn["tuning"]["start_score"]
    assert study.stat().st_size > 0
