"""Make a trained model serve."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from django_recsys.management.base import RecsysCommand, add_recommender
from django_recsys.models import TrainedModel
from django_recsys.training import promote


class Command(RecsysCommand):
    """`recsys_promote RECOMMENDER [--model VERSION] [--json]`."""

    help = "Make the newest trained model of a recommender serve, or a named one."

    def add_options(self, parser: ArgumentParser) -> None:
        add_recommender(parser)
        parser.add_argument(
            "--model", type=int, metavar="VERSION", help="which one; else the newest"
        )

    def run(self, *, recommender: str, model: int | None, **options: Any) -> Any:
        found = self.find(recommender, model)
        promote(found, by="command")
        return found

    def as_json(self, result: TrainedModel) -> Any:
        return {"recommender": result.recommender.key, "version": result.version}

    def show(self, result: TrainedModel) -> None:
        self.stdout.write(f"{result} serves now.")

    def find(self, key: str, version: int | None) -> TrainedModel:
        """Return the model that is meant; raises `CommandError` where there is none."""
        models = TrainedModel.objects.filter(recommender__key=key)
        if version is None:
            model = models.promotable().order_by("-version").first()
        else:
            model = models.filter(version=version).first()
        if model is None:
            which = "no trained model" if version is None else f"no model v{version}"
            raise CommandError(f"There is {which} of {key!r}: see recsys_train.")
        return model
