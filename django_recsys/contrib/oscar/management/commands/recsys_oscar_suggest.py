"""Offer the merchant suggestions in Oscar's dashboard."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from django_recsys.contrib.oscar.suggesting import suggest, withdraw_all


class Command(BaseCommand):
    """`recsys_oscar_suggest [--withdraw] [--json]`."""

    help = (
        "Write what goes with each product into Oscar's recommended products. Rows "
        "made by hand stay as they are, and what you delete is not offered again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command line."""
        parser.add_argument(
            "--withdraw", action="store_true", help="take all of them back"
        )
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run and print the counts."""
        if options["withdraw"]:
            counts = {"withdrawn": withdraw_all()}
        else:
            counts = asdict(suggest())
        if options["json"]:
            self.stdout.write(json.dumps(counts))
            return
        said = ", ".join(f"{name}: {count:,}" for name, count in counts.items())
        self.stdout.write(said)
