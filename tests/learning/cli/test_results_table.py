import pytest

from django_recsys.learning.cli.results_table import add_differences, combine_seeds


def run(algorithm, seed, values):
    mean = sum(values) / len(values)
    result = {"algorithm": algorithm, "seed": seed, "ndcg@10": mean}
    return result | {"peak_rss_bytes": 1, "per_user": {"new-items": values}}


def test_the_seeds_of_both_are_paired_user_by_user():
    theirs = combine_seeds([run("content", 0, [0, 1, 0]), run("content", 1, [0, 1, 0])])
    ours = combine_seeds(
        [run("two_tower", 0, [1, 1, 0]), run("two_tower", 1, [0, 1, 0])]
    )
    add_differences([theirs, ours], "content")
    found = ours["ndcg@10_above_content"]["new-items"]
    assert found["mean"] == pytest.approx(1 / 6)
    assert found["low"] == 0.0 < found["high"] <= 0.5
    assert "ndcg@10_above_content" not in theirs
    assert "per_user" not in theirs
