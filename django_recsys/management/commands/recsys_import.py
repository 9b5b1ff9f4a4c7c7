"""Import interactions from a file."""

from __future__ import annotations

import csv
import json
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from django_recsys.exceptions import RecsysError
from django_recsys.management.counting import CountPrinter, sentence
from django_recsys.models import Interaction
from django_recsys.tracking import ImportReport, import_interactions

SHOWN = 10


class Command(BaseCommand):
    """`recsys_import FILE [--format F] [--kind K] [--report FILE] [--dry-run]`."""

    help = (
        "Import interactions from CSV, JSON lines or Parquet with the columns user, "
        "item and, where known, timestamp (Unix seconds or ISO 8601) or position, "
        "kind, value or weight, quantity, price, reference, event_id. A second run "
        "adds nothing. Items need not be in the catalogue; trainings leave unknown "
        "ones out and count them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command line."""
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--format",
            choices=("csv", "jsonl", "parquet"),
            help="where the ending of the name does not tell it",
        )
        parser.add_argument(
            "--kind",
            choices=Interaction.Kind.values,
            help="kind of the lines that name none",
        )
        parser.add_argument(
            "--known-items-only",
            action="store_true",
            help="refuse lines whose item is not in the catalogue",
        )
        parser.add_argument(
            "--report",
            type=Path,
            metavar="FILE",
            help="write number and reason of each bad line to this CSV file",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="count only, store nothing"
        )
        parser.add_argument(
            "--json", action="store_true", help="print the counts as JSON"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, print the counts, and the first bad lines."""
        rejected: list[str] = []
        with ExitStack() as stack:
            reject = remember(rejected, options["report"], stack)
            try:
                report = import_interactions(
                    options["file"],
                    now=timezone.now(),
                    file_format=options["format"],
                    kind=options["kind"],
                    known_items_only=options["known_items_only"],
                    dry_run=options["dry_run"],
                    reject=reject,
                    progress=CountPrinter(
                        self.stderr, is_quiet=options["verbosity"] == 0
                    ),
                )
            except (RecsysError, OSError) as error:
                raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict(), indent=2))
        else:
            self._say(report, rejected, options["report"])

    def _say(
        self, report: ImportReport, rejected: list[str], path: Path | None
    ) -> None:
        is_dry = report.is_dry_run
        self.stdout.write("Dry run, nothing stored." if is_dry else "Done.")
        self.stdout.write(sentence(report.as_dict() | report.kinds))
        if report.older_than_retention:
            self.stdout.write(
                "Lines older than RETENTION_DAYS are stored too, but the next "
                "recsys_prune deletes them: raise RETENTION_DAYS to keep them."
            )
        for line in rejected:
            self.stderr.write(line)
        if report.rejected > len(rejected) or path:
            where = f"see {path}" if path else "name a file with --report for all"
            self.stderr.write(f"{report.rejected:,} lines were refused; {where}.")


def remember(shown: list[str], path: Path | None, stack: ExitStack) -> Any:
    """Return the function that takes bad lines: the first ones, and all to a file."""
    writer = None
    if path is not None:
        try:
            file = stack.enter_context(path.open("w", newline="", encoding="utf-8"))
        except OSError as error:
            raise CommandError(str(error)) from error
        writer = csv.writer(file)
        writer.writerow(("line", "reason"))

    def reject(number: int, reason: str) -> None:
        if writer is not None:
            writer.writerow((number, reason))
        if len(shown) < SHOWN:
            shown.append(f"line {number}: {reason}")

    return reject
