"""Import interactions from a file."""

import csv
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from django_recsys.learning import Output, check_outputs, replacing
from django_recsys.management.base import RecsysCommand, count_lines, unknown_users_line
from django_recsys.models import Interaction
from django_recsys.tracking import ImportReport, import_interactions

SHOWN = 10
HEADER = "line,reason"


class Command(RecsysCommand):
    """`recsys_import FILE [--format F] [--kind K] [--report FILE] [--dry-run]`."""

    help = (
        "Import interactions from CSV, JSON lines or Parquet with the columns user, "
        "item and, where known, timestamp (Unix seconds or ISO 8601) or position, "
        "kind, value or weight, quantity, price, reference, event_id. A second run "
        "adds nothing. Items need not be in the catalogue; trainings leave unknown "
        "ones out and count them."
    )

    def add_options(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("file", type=Path, metavar="FILE", help="CSV, JSON lines or Parquet")
        formats = ("csv", "jsonl", "parquet")
        add("--format", choices=formats, help="where the ending does not tell it")
        add("--encoding", help="of CSV and JSON lines, such as cp1252; else UTF-8")
        kinds = Interaction.Kind.values
        add("--kind", choices=kinds, help="kind of the lines that name none")
        add(
            "--known-items-only",
            action="store_true",
            help="refuse lines whose item is not in the catalogue",
        )
        add(
            "--report",
            type=Path,
            metavar="FILE",
            help="write number and reason of each bad line to this CSV file",
        )
        add("--dry-run", action="store_true", help="count only, store nothing")

    def run(self, **options: Any) -> ImportReport:
        self.rejected: list[str] = []
        check_report(options["report"], options["file"])
        try:
            with ExitStack() as stack:
                return import_interactions(
                    options["file"],
                    now=timezone.now(),
                    file_format=options["format"],
                    encoding=options["encoding"],
                    kind=options["kind"],
                    known_items_only=options["known_items_only"],
                    dry_run=options["dry_run"],
                    reject=remember(self.rejected, options["report"], stack),
                    progress=self.counter(),
                )
        except OSError as error:
            raise CommandError(str(error)) from error

    def as_json(self, result: ImportReport) -> Any:
        return result.as_dict()

    def show(self, result: ImportReport) -> None:
        is_dry, path = result.is_dry_run, self.options["report"]
        self.stdout.write("Dry run, nothing stored." if is_dry else "Done.")
        counts = result.as_dict() | result.kinds | {"unknown_users": 0}
        self.stdout.write(count_lines(counts))
        if result.older_than_retention:
            self.stdout.write(
                "Lines older than RETENTION_DAYS are stored too, but the next "
                "recsys_prune deletes them: raise RETENTION_DAYS to keep them."
            )
        if result.unknown_users:
            self.stdout.write(unknown_users_line(result.unknown_users))
        for line in self.rejected:
            self.stderr.write(line)
        if result.rejected > len(self.rejected) or path:
            where = f"see {path}" if path else "name a file with --report for all"
            self.stderr.write(f"{result.rejected:,} lines were refused; {where}.")


def check_report(path: Path | None, file: Path) -> None:
    """Raise `DataError` where the report would take the place of another file."""
    if path is not None:
        report = Output(path=path, option="--report", is_ours=is_report)
        check_outputs([report], [file])


def is_report(head: str) -> bool:
    """Say whether this begins a report of bad lines."""
    return head.startswith((f"{HEADER}\n", f"{HEADER}\r\n"))


def remember(shown: list[str], path: Path | None, stack: ExitStack) -> Any:
    """Return the function that takes bad lines: the first ones, and all to a file."""
    writer = None
    if path is not None:
        writer = csv.writer(stack.enter_context(replacing(path)))
        writer.writerow(HEADER.split(","))

    def reject(number: int, reason: str) -> None:
        if writer is not None:
            writer.writerow((number, reason))
        if len(shown) < SHOWN:
            shown.append(f"line {number}: {reason}")

    return reject
