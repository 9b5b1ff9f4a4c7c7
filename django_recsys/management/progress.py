"""Show trainings on a terminal while they run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django_recsys.models import TrainingRun


class ProgressPrinter:
    """Writes one line whenever a run enters a stage or ends."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self.write = write
        self._said: dict[int, str] = {}

    def __call__(self, runs: Sequence[TrainingRun]) -> None:
        """Say what changed since the last call."""
        for position, run in enumerate(runs, start=1):
            line = self.line(run)
            if line and self._said.get(run.pk) != line:
                self._said[run.pk] = line
                self.write(f"[{position}/{len(runs)}] {line}")

    def line(self, run: TrainingRun) -> str:
        """Return where a run stands; nothing while it is queued."""
        if run.status == TrainingRun.Status.QUEUED:
            return ""
        if not run.is_finished:
            return f"{run.recommender.key}: {run.stage} ..."
        seconds = run.duration.total_seconds() if run.duration else 0
        status = run.get_status_display()
        return f"{run.recommender.key}: {status} in {seconds:.1f} s. {run.message}"
