"""Make the model serve that served before."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from django_recsys.exceptions import RecsysError
from django_recsys.models import RecommenderConfig
from django_recsys.training import roll_back


class Command(BaseCommand):
    """`recsys_rollback RECOMMENDER [--json]`."""

    help = "Make the model serve that served before the present one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command line."""
        parser.add_argument("recommender", metavar="RECOMMENDER")
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        """Roll back and say what serves now."""
        key = options["recommender"]
        config = RecommenderConfig.objects.filter(key=key).first()
        if config is None:
            raise CommandError(f"There is no recommender {key!r}.")
        try:
            model = roll_back(config, by="command")
        except RecsysError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            found = {"recommender": key, "version": model.version}
            self.stdout.write(json.dumps(found))
        else:
            self.stdout.write(f"{model} serves again.")
