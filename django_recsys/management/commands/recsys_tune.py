"""Search for better settings of a recommender now and wait for the end."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from django_recsys.exceptions import RecsysError
from django_recsys.management.progress import ProgressPrinter
from django_recsys.models import TrainingRun
from django_recsys.training import tune_now

from .recsys_train import as_dict

USUAL_MINUTES = 10.0


class Command(BaseCommand):
    """`recsys_tune RECOMMENDER [--minutes N] [--json]`."""

    help = (
        "Search for better hyper-parameters of a recommender over the shop's own rows. "
        "What is found becomes a draft beside the live configuration."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command line."""
        parser.add_argument("recommender", metavar="RECOMMENDER")
        parser.add_argument("--minutes", type=float, default=USUAL_MINUTES)
        parser.add_argument(
            "--json", action="store_true", help="print the result as JSON"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, print, and fail where the search failed."""
        if options["minutes"] <= 0:
            raise CommandError("--minutes takes a number above zero.")
        watcher = None if options["json"] else ProgressPrinter(self.stdout.write)
        try:
            run = tune_now(
                options["recommender"], minutes=options["minutes"], watcher=watcher
            )
        except RecsysError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(as_dict(run), indent=2))
        if run.status == TrainingRun.Status.FAILED:
            raise CommandError(run.message)
        if not options["json"] and "draft" in run.metrics:
            found = run.metrics["search"]["hyperparameters"]
            self.stdout.write(f"Draft {run.metrics['draft']}: {found}")
