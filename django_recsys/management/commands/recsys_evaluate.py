"""Measure recommenders over the shop's own rows."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from django_recsys.exceptions import RecsysError
from django_recsys.training import Row, evaluate_recommenders

METRICS = ("ndcg@10", "recall@10", "hit_rate@10", "map@10", "coverage@10")


class Command(BaseCommand):
    """`recsys_evaluate [RECOMMENDER ...] [--json]`."""

    help = (
        "Fit recommenders (all enabled ones where none is named) on the older four "
        "fifths of the shop's interactions and ask them about the newest fifth, beside "
        "`popular`. Nothing that serves is touched."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command line."""
        parser.add_argument("recommenders", nargs="*", metavar="RECOMMENDER")
        parser.add_argument(
            "--json", action="store_true", help="print the result as JSON"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure and print."""
        watcher = None if options["json"] else self.say
        try:
            rows = evaluate_recommenders(options["recommenders"], watcher=watcher)
        except RecsysError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps([row.as_dict() for row in rows], indent=2))
        else:
            self.stdout.write(table(rows))

    def say(self, key: str) -> None:
        """Name what is fitted, for those who wait."""
        self.stdout.write(f"{key} ...")


def table(rows: list[Row]) -> str:
    """Return the rows below each other; what is not above `popular` says so."""
    head = ["recommender", "judged by", *METRICS, "against popular", "fit s", ""]
    lines = [head, *(cells(row) for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place < 2 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


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
