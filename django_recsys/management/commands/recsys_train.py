"""Train recommenders now and wait for the end."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from django_recsys.management.base import RecsysCommand, add_recommenders
from django_recsys.models import TrainingRun
from django_recsys.training import train_now


class Command(RecsysCommand):
    """`recsys_train [RECOMMENDER ...] [--force] [--json]`."""

    help = (
        "Train recommenders (all enabled ones where none is named), compare them with "
        "`popular` and with the serving model, and put the better ones live."
    )

    def add_options(self, parser: ArgumentParser) -> None:
        add_recommenders(parser)
        parser.add_argument(
            "--force", action="store_true", help="put live whatever the gate says"
        )

    def run(
        self, *, recommenders: list[str], force: bool, **options: Any
    ) -> list[TrainingRun]:
        return train_now(recommenders, is_forced=force, watcher=self.watcher())

    def as_json(self, result: list[TrainingRun]) -> Any:
        return [as_dict(run) for run in result]

    def check_result(self, result: list[TrainingRun]) -> None:
        failed = [r for r in result if r.status == TrainingRun.Status.FAILED]
        if failed:
            sentences = "\n".join(f"{run.recommender}: {run.message}" for run in failed)
            raise CommandError(f"{len(failed)} of {len(result)} failed.\n{sentences}")


def as_dict(run: TrainingRun) -> dict[str, Any]:
    """Return what `--json` prints of one run."""
    return {
        "run": run.pk,
        "recommender": run.recommender.key,
        "algorithm": run.recommender.algorithm,
        "status": run.status,
        "message": run.message,
        "version": run.trained_model.version if run.trained_model else None,
        "metrics": run.metrics,
        "preparation": run.preparation,
        "stage_seconds": run.stage_seconds,
        "peak_rss_bytes": run.peak_rss_bytes,
    }
