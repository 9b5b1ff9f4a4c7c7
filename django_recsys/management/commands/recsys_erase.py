"""Delete what is kept about one visitor."""

from argparse import ArgumentParser
from typing import Any

from django_recsys.management.base import RecsysCommand, add_user
from django_recsys.tracking import erase_visitor, find_visitor_key


class Command(RecsysCommand):
    """`recsys_erase USER [--json]`."""

    help = (
        "Delete the interactions and the stored lists of one visitor. The account and "
        "the shop's own orders stay: what PURCHASES still says is read again."
    )

    def add_options(self, parser: ArgumentParser) -> None:
        add_user(parser)

    def run(self, *, user: str, **options: Any) -> dict[str, Any]:
        visitor_key = find_visitor_key(user)
        return {"visitor_key": visitor_key, **erase_visitor(visitor_key)}

    def show(self, result: dict[str, Any]) -> None:
        self.stdout.write(
            f"{result['visitor_key']}: {result['interactions']:,} interactions and "
            f"{result['stored_recommendations']:,} stored lists deleted."
        )
