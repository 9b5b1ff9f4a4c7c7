"""Columns on a terminal."""

from django_recsys.learning import format_table


def test_first_columns_stand_left_and_the_others_right():
    rows = [["", "task", "ndcg"], ["ease", "new", "0.1"], ["als", "again", "-"]]
    assert format_table(rows, left=2).splitlines() == [
        "      task   ndcg",
        "ease  new     0.1",
        "als   again     -",
    ]
    assert format_table(rows).splitlines()[1] == "ease    new   0.1"


def test_nothing_trails_and_nothing_is_nothing():
    assert format_table([["a", "long"], ["b", ""]], left=2) == "a  long\nb"
    assert format_table([]) == ""
