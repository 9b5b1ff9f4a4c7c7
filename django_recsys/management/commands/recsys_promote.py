"""Make a trained model serve."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from django_recsys.exceptions import RecsysError
from django_recsys.models import TrainedModel
from django_recsys.training import promote


class Command(BaseCommand):
    """`recsys_promote RECOMMENDER [--model VERSION] [--json]`."""

    help = "Make the newest trained model of a recommender serve, or a named one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command line."""
        parser.add_argument("recommender", metavar="RECOMMENDER")
        parser.add_argument(
            "--model", type=int, metavar="VERSION", help="which one; else the newest"
        )
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        """Promote and say what serves now."""
        model = self.find(options["recommender"], options["model"])
        try:
            promote(model, by="command")
        except RecsysError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            found = {"recommender": options["recommender"], "version": model.version}
            self.stdout.write(json.dumps(found))
        else:
            self.stdout.write(f"{model} serves now.")

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
