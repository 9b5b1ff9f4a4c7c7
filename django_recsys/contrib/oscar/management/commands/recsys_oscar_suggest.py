"""Offer the merchant suggestions in Oscar's dashboard."""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django_recsys.contrib.oscar.suggesting import suggest, withdraw_all
from django_recsys.management.base import RecsysCommand


class Command(RecsysCommand):
    """`recsys_oscar_suggest [--withdraw] [--json]`."""

    help = (
        "Write what goes with each product into Oscar's recommended products. Rows "
        "made by hand stay as they are, and what you delete is not offered again."
    )

    def add_options(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--withdraw", action="store_true", help="take all of them back"
        )

    def run(self, *, withdraw: bool, **options: Any) -> dict[str, int]:
        return {"withdrawn": withdraw_all()} if withdraw else asdict(suggest())

    def show(self, result: dict[str, int]) -> None:
        counts = ", ".join(f"{name}: {count:,}" for name, count in result.items())
        self.stdout.write(counts)
