"""Measure recommenders over the shop's own rows."""

from argparse import ArgumentParser
from typing import Any

from django_recsys.learning import format_table
from django_recsys.management.base import RecsysCommand, add_recommenders
from django_recsys.training import Row, evaluate_recommenders

METRICS = ("ndcg@10", "recall@10", "hit_rate@10", "map@10", "coverage@10")
HEADER = ("recommender", "task", *METRICS, "against popular", "fit s", "")


class Command(RecsysCommand):
    """`recsys_evaluate [RECOMMENDER ...] [--json]`."""

    help = (
        "Fit recommenders (all enabled ones where none is named) on the older four "
        "fifths of the shop's interactions and evaluate them on the newest fifth, "
        "beside `popular`. Nothing that serves is touched."
    )

    def add_options(self, parser: ArgumentParser) -> None:
        add_recommenders(parser)

    def run(self, *, recommenders: list[str], json: bool, **options: Any) -> list[Row]:
        watcher = None if json else lambda key: self.stdout.write(f"{key} ...")
        return evaluate_recommenders(recommenders, watcher=watcher)

    def as_json(self, result: list[Row]) -> Any:
        return [row.as_dict() for row in result]

    def show(self, result: list[Row]) -> None:
        rows = [HEADER, *(cells(row) for row in result)]
        self.stdout.write(format_table(rows, left=2))


def cells(row: Row) -> list[str]:
    """Return one line of the table."""
    if row.error:
        return [row.recommender, row.task, *["-"] * (len(METRICS) + 2), row.error]
    values = [row.metrics.get(name) for name in METRICS]
    difference = "-"
    if row.above_popular is not None:
        low, mean, high = row.above_popular
        difference = f"{mean:+.4f} ({low:+.4f} to {high:+.4f})"
    remark = "" if row.is_above_popular is not False else "not above popular"
    return [
        row.recommender,
        row.task,
        *("-" if value is None else f"{value:.4f}" for value in values),
        difference,
        f"{row.fit_seconds:.1f}",
        remark,
    ]
