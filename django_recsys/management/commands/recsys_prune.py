"""Delete interactions that are older than RETENTION_DAYS."""

from typing import Any

from django.utils import timezone

from django_recsys.management.base import RecsysCommand
from django_recsys.tracking import prune


class Command(RecsysCommand):
    """`recsys_prune [--json]`."""

    help = "Delete interactions that are older than RETENTION_DAYS; the tick does too."

    def run(self, **options: Any) -> dict[str, int]:
        return {"pruned": prune(now=timezone.now())}

    def show(self, result: dict[str, int]) -> None:
        self.stdout.write(f"{result['pruned']:,} old interactions deleted.")
