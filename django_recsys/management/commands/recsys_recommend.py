"""Print what a visitor is shown."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from django_recsys.management.base import RecsysCommand, add_user
from django_recsys.serving import (
    Answer,
    as_object,
    find_placement,
    make_cards,
    recommend_for,
)
from django_recsys.tracking import find_visitor_key


class Command(RecsysCommand):
    """`recsys_recommend USER [--placement KEY] [--item ID ...] [-n N] [--json]`."""

    help = "Print what a visitor is shown now, with sources and reasons."
    json_help = "print the object that the API answers with"

    def add_options(self, parser: ArgumentParser) -> None:
        add_user(parser)
        parser.add_argument(
            "--placement",
            metavar="KEY",
            default="recommended",
            help="key of a placement (default: %(default)s)",
        )
        parser.add_argument(
            "--item",
            action="append",
            default=[],
            metavar="ID",
            help="an item that the page shows; can be repeated",
        )
        parser.add_argument(
            "-n",
            type=int,
            metavar="N",
            help="how many items; else as the placement says",
        )

    def run(
        self, *, user: str, placement: str, item: list[str], n: int, **options: Any
    ) -> Answer:
        if find_placement(placement) is None:
            raise CommandError(f"There is no placement {placement!r}.")
        return recommend_for(
            placement,
            visitor_key=find_visitor_key(user),
            items=item,
            n=n,
            described=True,
        )

    def as_json(self, result: Answer) -> Any:
        return as_object(result)

    def show(self, result: Answer) -> None:
        if not result.items:
            self.stdout.write("Nothing to show: see recsys_doctor.")
        for card in make_cards(result, None):
            each = card.recommendation
            reason = f" - {each.reason}" if each.reason else ""
            self.stdout.write(
                f"{each.rank:>3}. {card.record.title or card.item} [{each.item_id}] "
                f"{each.source} {each.score:.3f}{reason}"
            )
