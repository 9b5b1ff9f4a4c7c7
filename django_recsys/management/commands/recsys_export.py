"""Hand out what is kept about one visitor."""

from argparse import ArgumentParser
from typing import Any

from django_recsys.management.base import RecsysCommand, add_user
from django_recsys.tracking import export_visitor, find_visitor_key


class Command(RecsysCommand):
    """`recsys_export USER [--json]`."""

    help = "Print all that is kept about one visitor, as JSON."
    json_help = "on one line, for programs"

    def add_options(self, parser: ArgumentParser) -> None:
        add_user(parser)

    def run(self, *, user: str, **options: Any) -> dict[str, Any]:
        return export_visitor(find_visitor_key(user))

    def show(self, result: dict[str, Any]) -> None:
        self.print_json(result, indent=2)
