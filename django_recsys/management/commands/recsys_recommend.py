"""Print what a visitor is shown."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from django_recsys.exceptions import RecsysError
from django_recsys.serving import Answer, as_object, find_placement, recommend_for
from django_recsys.tracking import find_visitor_key


class Command(BaseCommand):
    """`recsys_recommend USER [--placement KEY] [--item ID ...] [-n N] [--json]`."""

    help = "Print what a visitor is shown now, with sources and reasons."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command line."""
        parser.add_argument(
            "user",
            metavar="USER",
            help="a visitor key ('user:42'), a primary key, or a user name",
        )
        parser.add_argument("--placement", metavar="KEY", default="recommended")
        parser.add_argument(
            "--item", action="append", default=[], metavar="ID", help="on the page"
        )
        parser.add_argument("-n", type=int, metavar="N", help="how many")
        parser.add_argument(
            "--json", action="store_true", help="the object that the API answers with"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask serving and print its answer."""
        if find_placement(options["placement"]) is None:
            raise CommandError(f"There is no placement {options['placement']!r}.")
        try:
            visitor_key = find_visitor_key(options["user"])
        except RecsysError as error:
            raise CommandError(str(error)) from error
        answer = recommend_for(
            options["placement"],
            visitor_key=visitor_key,
            items=options["item"],
            n=options["n"],
            described=True,
        )
        if options["json"]:
            self.stdout.write(json.dumps(as_object(answer), ensure_ascii=False))
        else:
            self.print_lines(answer)

    def print_lines(self, answer: Answer) -> None:
        """Print one line for each item."""
        if not answer.items:
            self.stdout.write("Nothing to show: see recsys_doctor.")
        for each in answer.items:
            reason = f" - {each.reason}" if each.reason else ""
            self.stdout.write(
                f"{each.rank:>3}. {each.item} [{each.item_id}] "
                f"{each.source} {each.score:.3f}{reason}"
            )
