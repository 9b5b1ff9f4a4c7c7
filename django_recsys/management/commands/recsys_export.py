"""Hand out what is kept about one visitor."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder

from django_recsys.exceptions import RecsysError
from django_recsys.tracking import export_visitor, find_visitor_key


class Command(BaseCommand):
    """`recsys_export USER [--json]`."""

    help = "Print all that is kept about one visitor, as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command line."""
        parser.add_argument(
            "user",
            metavar="USER",
            help="a visitor key ('user:42'), a primary key, or a user name",
        )
        parser.add_argument(
            "--json", action="store_true", help="on one line, for programs"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the export."""
        try:
            visitor_key = find_visitor_key(options["user"])
        except RecsysError as error:
            raise CommandError(str(error)) from error
        indent = None if options["json"] else 2
        export = export_visitor(visitor_key)
        self.stdout.write(json.dumps(export, cls=DjangoJSONEncoder, indent=indent))
