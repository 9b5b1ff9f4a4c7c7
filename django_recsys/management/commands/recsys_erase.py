"""Delete what is kept about one visitor."""

from argparse import ArgumentParser
from typing import Any

from django_recsys.management.base import RecsysCommand, add_user
from django_recsys.tracking import email_key, erase_visitor, find_visitor_key


class Command(RecsysCommand):
    """`recsys_erase USER [--json]`."""

    help = (
        "Delete the interactions and the stored lists of one visitor. The account and "
        "the shop's own orders stay, but what they say of the time before is not read "
        "again."
    )

    def add_options(self, parser: ArgumentParser) -> None:
        add_user(parser)

    def run(self, *, user: str, **options: Any) -> dict[str, Any]:
        keys = [find_visitor_key(user)]
        if "@" in user:  # the same person may have bought without the account
            keys = list(dict.fromkeys([*keys, email_key(user)]))
        erased = [erase_visitor(key) for key in keys]
        total = {name: sum(each[name] for each in erased) for name in erased[0]}
        more = {"visitor_keys": keys} if len(keys) > 1 else {}
        return {"visitor_key": keys[0], **more, **total}

    def show(self, result: dict[str, Any]) -> None:
        keys = result.get("visitor_keys", [result["visitor_key"]])
        self.stdout.write(
            f"{', '.join(keys)}: {result['interactions']:,} "
            f"interactions and {result['stored_recommendations']:,} stored lists "
            "deleted."
        )
        if "@" in self.options["user"]:
            self.stdout.write(
                "An address is kept as a keyed hash: that was looked for. With another "
                "SECRET_KEY than at the time of buying it is another one."
            )
