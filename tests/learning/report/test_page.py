import json
import sys

import numpy as np
import pytest

from django_recsys.learning.algorithms.neighborhood.item_knn import ItemKNN
from django_recsys.learning.cli.main import main
from django_recsys.learning.evaluation.evaluator import evaluate
from django_recsys.learning.exceptions import MissingExtraError
from django_recsys.learning.recommender import TrainingOptions
from django_recsys.learning.report.page import page, write_report
from django_recsys.learning.report.sections import details
from django_recsys.learning.splitting.protocols import split
from django_recsys.testing import taste_clusters


@pytest.fixture(scope="module")
def result():
    rows = taste_clusters(users=80, items=30, taken=9)
    model = ItemKNN(recency=0)
    evaluation = evaluate(model, rows, "leave-one-out")
    found = details(
        model,
        evaluation,
        split(rows, "leave-one-out"),
        titles={"i1": "Tea <strong>"},
        options=TrainingOptions(),
    )
    return {**evaluation.as_dict(), "details": found, "peak_rss_bytes": 1}


def test_curve_ends_with_the_whole_data(result):
    curve = result["details"]["curve"]
    assert [point["share"] for point in curve] == [0.1, 0.25, 0.5, 1.0]
    assert curve[-1]["ndcg@10"] == result["ndcg@10"]
    assert curve[0]["ndcg@10"] < curve[-1]["ndcg@10"]


def test_activity_covers_all_evaluated_users(result):
    groups = result["details"]["activity"]
    assert set(groups) <= {"new", "light", "heavy"}
    scored = sum(group["scored"] for group in groups.values())
    assert scored == result["segments"]["new-items"]["all"]["scored"]
    total = sum(group["scored"] * group["ndcg@10"] for group in groups.values())
    assert total / scored == pytest.approx(result["ndcg@10"])


def test_examples_leave_out_what_was_seen(result):
    examples = result["details"]["examples"]
    assert len(examples) == 3
    for each in examples:
        assert len(each["list"]) == len(each["found"]) == 5
        assert not set(each["history"]) & set(each["list"])


def test_page_escapes_titles_and_names_what_is_not_better(result):
    worse = {
        **result,
        "algorithm": "trending",
        "ndcg@10_above_popular": {"new-items": {"mean": 0, "low": -1, "high": 1}},
    }
    worse["details"] = json.loads(
        json.dumps(result["details"]).replace("i2", "Tea <strong>")
    )
    shown = page([result, worse], {"A figure": "data:image/png;base64,AAAA"})
    assert "Tea &lt;strong&gt;" in shown
    assert "<strong>" not in shown
    assert "not above popular" in shown
    assert 'src="data:image/png;base64,AAAA"' in shown


def test_report_is_a_page_with_figures_and_json(result, tmp_path):
    pytest.importorskip("matplotlib")
    path = tmp_path / "report.html"
    write_report([result], path)
    assert path.read_text().count("data:image/png;base64,") == 6
    kept = json.loads(path.with_suffix(".json").read_text())
    assert kept["results"][0]["algorithm"] == "item_knn"


def test_report_needs_its_extra(result, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for name in ("matplotlib.figure", "matplotlib.backends.backend_agg"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(
        sys.modules, "django_recsys.learning.report.plots", raising=False
    )
    with pytest.raises(MissingExtraError, match=r"django-recsys\[reports\]"):
        write_report([result], tmp_path / "report.html")


def test_command_line_writes_a_report(tmp_path, capsys):
    pytest.importorskip("matplotlib")
    rows = taste_clusters(users=40)
    columns = (
        rows.users.ids[rows.user_indices],
        rows.items.ids[rows.item_indices],
        rows.timestamps,
    )
    table = np.column_stack(columns)
    path = tmp_path / "rows.csv"
    lines = [",".join(map(str, row)) for row in table]
    path.write_text("\n".join(["user,item,timestamp", *lines]))
    target = tmp_path / "report.html"
    names = ["--algorithms", "popular,item_knn,buy_again"]
    assert main(["evaluate", str(path), *names, "--report", str(target)]) == 0
    assert "item_knn" in target.read_text()
    results = json.loads(target.with_suffix(".json").read_text())["results"]
    assert all(each["details"]["curve"] for each in results)
