"""Changes of placements and recommenders show on the next page."""

from typing import Any

from django.db import router, transaction
from django.db.models.signals import post_delete, post_save

from django_recsys.models import Placement, RecommenderConfig

from .live_models import forget_live_models


def connect_serving() -> None:
    """Listen to the rows that decide what serves."""
    for model in (Placement, RecommenderConfig):
        for signal in (post_save, post_delete):
            signal.connect(
                on_change,
                sender=model,
                weak=False,
                dispatch_uid=f"django_recsys.serving:{model.__name__}:{id(signal)}",
            )


def on_change(sender: Any, **kwargs: Any) -> None:
    """Forget now for this process, and after the commit what others read meanwhile."""
    forget_live_models()
    transaction.on_commit(
        forget_live_models, using=router.db_for_write(sender), robust=True
    )
