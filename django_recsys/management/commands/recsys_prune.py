"""Delete interactions that are older than RETENTION_DAYS."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from django_recsys.tracking import prune


class Command(BaseCommand):
    """`recsys_prune [--json]`."""

    help = "Delete interactions that are older than RETENTION_DAYS; the tick does too."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command line."""
        parser.add_argument(
            "--json", action="store_true", help="print the count as JSON"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Prune and say how many rows went."""
        pruned = prune(now=timezone.now())
        if options["json"]:
            self.stdout.write(json.dumps({"pruned": pruned}))
        else:
            self.stdout.write(f"{pruned:,} old interactions deleted.")
