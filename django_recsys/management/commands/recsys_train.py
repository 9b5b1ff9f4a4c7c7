"""Train recommenders now and wait for the end."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from django_recsys.exceptions import RecsysError
from django_recsys.management.progress import ProgressPrinter
from django_recsys.models import TrainingRun
from django_recsys.training import train_now


class Command(BaseCommand):
    """`recsys_train [RECOMMENDER ...] [--force] [--json]`."""

    help = (
        "Train recommenders (all enabled ones where none is named), compare them with "
        "`popular` and with the serving model, and put the better ones live."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command line."""
        parser.add_argument(
            "recommenders",
            nargs="*",
            metavar="RECOMMENDER",
            help="key of a recommender, or the name of an algorithm",
        )
        parser.add_argument(
            "--force", action="store_true", help="put live whatever the gate says"
        )
        parser.add_argument(
            "--json", action="store_true", help="print the result as JSON"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, print, and fail where a training failed."""
        watcher = None if options["json"] else ProgressPrinter(self.stdout.write)
        try:
            runs = train_now(
                options["recommenders"], is_forced=options["force"], watcher=watcher
            )
        except RecsysError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps([as_dict(run) for run in runs], indent=2))
        failed = [r for r in runs if r.status == TrainingRun.Status.FAILED]
        if failed:
            sentences = "\n".join(f"{run.recommender}: {run.message}" for run in failed)
            raise CommandError(f"{len(failed)} of {len(runs)} failed.\n{sentences}")


def as_dict(run: TrainingRun) -> dict[str, Any]:
    """Return what `--json` prints of one run."""
    return {
        "run": run.pk,
        "recommender": run.recommender.key,
        "algorithm": run.recommender.algorithm,
        "status": run.status,
        "message": run.message,
        "version": run.trained_model.version if run.trained_model else None,
        "metrics": run.metrics,
        "preparation": run.preparation,
        "stage_seconds": run.stage_seconds,
        "peak_rss_bytes": run.peak_rss_bytes,
    }
