"""Read the past of the shop: once on the first day, or again after a long pause."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from django_recsys.management.base import RecsysCommand, count_lines
from django_recsys.tracking import BackfillReport, backfill


class Command(RecsysCommand):
    """`recsys_backfill [--dry-run] [--json]`."""

    help = (
        "Store the past purchases that PURCHASES and HISTORY tell of. What is stored "
        "already stays as it is, so it can be interrupted and repeated."
    )

    def add_options(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="count only, store nothing"
        )

    def run(self, *, dry_run: bool, **options: Any) -> BackfillReport:
        return backfill(now=timezone.now(), dry_run=dry_run, progress=self.counter())

    def as_json(self, result: BackfillReport) -> Any:
        return result.as_dict()

    def show(self, result: BackfillReport) -> None:
        is_dry = self.options["dry_run"]
        self.stdout.write("Dry run, nothing stored." if is_dry else "Done.")
        self.stdout.write(count_lines(result.as_dict()))
        if not result.read:
            self.stdout.write(
                "Nothing was found: set RECSYS['PURCHASES'] or RECSYS['HISTORY']."
            )
