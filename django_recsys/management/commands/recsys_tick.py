"""Do what is due: for cron, where no Celery beat runs."""

from typing import Any

from django.utils import timezone

from django_recsys.management.base import RecsysCommand
from django_recsys.operations import TickReport, run_tick


class Command(RecsysCommand):
    """`recsys_tick [--json]`."""

    help = (
        "Catch up with purchases, prune, and start the trainings that are due. Call it "
        "from cron every few minutes; a second one beside it does no harm."
    )
    json_help = "print what was done as JSON"

    def run(self, **options: Any) -> TickReport:
        return run_tick(timezone.now(), watcher=self.watcher())

    def as_json(self, result: TickReport) -> Any:
        return result.as_dict()

    def show(self, result: TickReport) -> None:
        self.stdout.write(
            f"{result.caught_up.get('recorded', 0)} purchases caught up, "
            f"{result.pruned} old rows pruned; "
            f"queued: {', '.join(result.started) or 'nothing'}."
        )
