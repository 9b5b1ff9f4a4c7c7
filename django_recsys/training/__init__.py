"""Rows to trained models to stored lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_recsys.lazy import exports

if TYPE_CHECKING:
    from .artifact_storage import (
        get_artifact_storage as get_artifact_storage,
        is_public as is_public,
        verify_artifact as verify_artifact,
    )
    from .comparison import Row as Row, evaluate_recommenders as evaluate_recommenders
    from .drafts import adopt as adopt
    from .jobs.dispatch import send as send
    from .jobs.queue import (
        request_training as request_training,
        request_tuning as request_tuning,
    )
    from .jobs.runner import (
        Watcher as Watcher,
        run_queued as run_queued,
        train_now as train_now,
        tune_now as tune_now,
    )
    from .jobs.schedule import next_start as next_start, start_due as start_due
    from .release.promotion import promote as promote, roll_back as roll_back
    from .rescoring import rescorable as rescorable, rescore as rescore

__getattr__, __all__ = exports(
    __name__,
    {
        "artifact_storage": "get_artifact_storage is_public verify_artifact",
        "comparison": "Row evaluate_recommenders",
        "drafts": "adopt",
        "jobs.dispatch": "send",
        "jobs.queue": "request_training request_tuning",
        "jobs.runner": "Watcher run_queued train_now tune_now",
        "jobs.schedule": "next_start start_due",
        "release.promotion": "promote roll_back",
        "rescoring": "rescorable rescore",
    },
)
