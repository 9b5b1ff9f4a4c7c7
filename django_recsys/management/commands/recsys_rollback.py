"""Make the model serve that served before."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from django_recsys.management.base import RecsysCommand, add_recommender
from django_recsys.models import RecommenderConfig, TrainedModel
from django_recsys.training import roll_back


class Command(RecsysCommand):
    """`recsys_rollback RECOMMENDER [--json]`."""

    help = "Make the model serve that served before the present one."

    def add_options(self, parser: ArgumentParser) -> None:
        add_recommender(parser)

    def run(self, *, recommender: str, **options: Any) -> TrainedModel:
        config = RecommenderConfig.objects.filter(key=recommender).first()
        if config is None:
            raise CommandError(f"There is no recommender {recommender!r}.")
        return roll_back(config, by="command")

    def as_json(self, result: TrainedModel) -> Any:
        return {"recommender": result.recommender.key, "version": result.version}

    def show(self, result: TrainedModel) -> None:
        self.stdout.write(f"{result} serves again.")
