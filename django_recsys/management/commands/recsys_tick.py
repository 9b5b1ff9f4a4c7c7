"""Do what is due: for cron, where no Celery beat runs."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from django_recsys.management.progress import ProgressPrinter
from django_recsys.operations import run_tick


class Command(BaseCommand):
    """`recsys_tick [--json]`."""

    help = (
        "Catch up with purchases, prune, and start the trainings that are due. Call it "
        "from cron every few minutes; a second one beside it does no harm."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command line."""
        parser.add_argument(
            "--json", action="store_true", help="print what was done as JSON"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Tick once."""
        watcher = None if options["json"] else ProgressPrinter(self.stdout.write)
        report = run_tick(timezone.now(), watcher=watcher)
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict(), indent=2))
            return
        recorded = report.caught_up.get("recorded", 0)
        self.stdout.write(
            f"{recorded} purchases caught up, {report.pruned} old rows pruned; "
            f"queued: {', '.join(report.started) or 'nothing'}."
        )
