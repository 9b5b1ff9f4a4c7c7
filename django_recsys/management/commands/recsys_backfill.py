"""Read the past of the shop: once on the first day, or again after a long pause."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from django_recsys.exceptions import RecsysError
from django_recsys.management.counting import CountPrinter, sentence
from django_recsys.tracking import backfill


class Command(BaseCommand):
    """`recsys_backfill [--dry-run] [--json]`."""

    help = (
        "Store the past purchases that PURCHASES and HISTORY tell of. What is stored "
        "already stays as it is, so it can be interrupted and repeated."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command line."""
        parser.add_argument(
            "--dry-run", action="store_true", help="count only, store nothing"
        )
        parser.add_argument(
            "--json", action="store_true", help="print the counts as JSON"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read everything and print the counts."""
        progress = CountPrinter(self.stderr, is_quiet=options["verbosity"] == 0)
        try:
            report = backfill(
                now=timezone.now(), dry_run=options["dry_run"], progress=progress
            )
        except RecsysError as error:
            raise CommandError(str(error)) from error
        counts = report.as_dict()
        if options["json"]:
            self.stdout.write(json.dumps(counts, indent=2))
            return
        self.stdout.write("Dry run, nothing stored." if options["dry_run"] else "Done.")
        self.stdout.write(sentence(counts))
        if not report.read:
            self.stdout.write(
                "Nothing was found: set RECSYS['PURCHASES'] or RECSYS['HISTORY']."
            )
