"""Delete what is kept about one visitor."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from django_recsys.exceptions import RecsysError
from django_recsys.tracking import erase_visitor, find_visitor_key


class Command(BaseCommand):
    """`recsys_erase USER [--json]`."""

    help = (
        "Delete the interactions and the stored lists of one visitor. The account and "
        "the shop's own orders stay: what PURCHASES still says is read again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command line."""
        parser.add_argument(
            "user",
            metavar="USER",
            help="a visitor key ('user:42'), a primary key, or a user name",
        )
        parser.add_argument(
            "--json", action="store_true", help="print the counts as JSON"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Erase and say how much."""
        try:
            visitor_key = find_visitor_key(options["user"])
        except RecsysError as error:
            raise CommandError(str(error)) from error
        counts = erase_visitor(visitor_key)
        if options["json"]:
            self.stdout.write(json.dumps({"visitor_key": visitor_key, **counts}))
            return
        self.stdout.write(
            f"{visitor_key}: {counts['interactions']:,} interactions and "
            f"{counts['stored_recommendations']:,} stored lists deleted."
        )
