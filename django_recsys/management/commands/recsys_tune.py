"""Search for better settings of a recommender now and wait for the end."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from django_recsys.management.base import RecsysCommand, add_recommender
from django_recsys.models import TrainingRun
from django_recsys.training import tune_now

from .recsys_train import as_dict

USUAL_MINUTES = 10.0


class Command(RecsysCommand):
    """`recsys_tune RECOMMENDER [--minutes N] [--json]`."""

    help = (
        "Search for better hyper-parameters of a recommender over the shop's own rows. "
        "What is found becomes a draft beside the live configuration."
    )

    def add_options(self, parser: ArgumentParser) -> None:
        add_recommender(parser)
        parser.add_argument(
            "--minutes",
            type=float,
            default=USUAL_MINUTES,
            help="how long to search (default: %(default)g)",
        )

    def run(self, *, recommender: str, minutes: float, **options: Any) -> TrainingRun:
        if minutes <= 0:
            raise CommandError("--minutes takes a number above zero.")
        return tune_now(recommender, minutes=minutes, watcher=self.watcher())

    def as_json(self, result: TrainingRun) -> Any:
        return as_dict(result)

    def show(self, result: TrainingRun) -> None:
        if "draft" in result.metrics:
            found = result.metrics["search"]["hyperparameters"]
            self.stdout.write(f"Draft {result.metrics['draft']}: {found}")

    def check_result(self, result: TrainingRun) -> None:
        if result.status == TrainingRun.Status.FAILED:
            raise CommandError(result.message)
