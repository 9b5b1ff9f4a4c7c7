"""Read the past of the shop: once on the first day, or again after a long pause."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from django_recsys.management.base import RecsysCommand, count_lines, unknown_users_line
from django_recsys.tracking import BackfillReport, backfill

SHOWN = 10


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
        self.rejected: list[str] = []
        return backfill(
            now=timezone.now(),
            dry_run=dry_run,
            progress=self.counter(),
            reject=self.remember,
        )

    def remember(self, where: str, reason: str) -> None:
        """Keep the first lines that cannot be stored, to show them."""
        if len(self.rejected) < SHOWN:
            self.rejected.append(f"{where}: {reason}")

    def as_json(self, result: BackfillReport) -> Any:
        return result.as_dict()

    def show(self, result: BackfillReport) -> None:
        is_dry = self.options["dry_run"]
        self.stdout.write("Dry run, nothing stored." if is_dry else "Done.")
        counts = result.as_dict() | {"unknown_users": 0}
        self.stdout.write(count_lines(counts))
        if result.unknown_users:
            self.stdout.write(unknown_users_line(result.unknown_users))
        for line in self.rejected:
            self.stderr.write(line)
        if not result.read:
            self.stdout.write(
                "Nothing was found: set RECSYS['PURCHASES'] or RECSYS['HISTORY']."
            )
