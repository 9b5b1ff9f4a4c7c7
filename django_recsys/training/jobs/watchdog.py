"""How long and how large a training may become before it is ended."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

from django_recsys.conf import get_settings
from django_recsys.models import TrainingRun

LOOK_SECONDS = 1.0
USABLE_SHARE = 0.9
"""Of the memory that is free before the process begins. The planner stays below that;
what cannot be predicted is ended here, before the machine ends a process of the shop.
"""


class Limits:
    """Looks at a training process now and then; says why it must end."""

    def __init__(self, keys: Sequence[int]) -> None:
        # Web processes import this room and never watch a training: not at the top.
        from django_recsys.learning import available_memory

        settings = get_settings()
        given = settings.TRAINING_MEMORY_MB
        free = available_memory() * USABLE_SHARE
        self.most_bytes = free if given is None else given * 1e6
        self.longest = timedelta(minutes=settings.TRAINING_MINUTES)
        self.keys = keys
        self._next_look = 0.0

    def breach(self, process_id: int) -> str:
        """Return which limit is passed, as the beginning of a sentence, or nothing."""
        if time.monotonic() < self._next_look:
            return ""
        self._next_look = time.monotonic() + LOOK_SECONDS
        used = resident_bytes(process_id)
        if used > self.most_bytes:
            return (
                f"The training took {used / 1e6:,.0f} MB of memory, more than "
                f"{self.most_bytes / 1e6:,.0f} MB (RECSYS['TRAINING_MEMORY_MB']), and "
                "was ended"
            )
        return self.lateness(timezone.now())

    def lateness(self, now: datetime) -> str:
        """Return that the run in work takes too long, or nothing."""
        running = TrainingRun.objects.running().filter(pk__in=self.keys)
        if not running.filter(started_at__lt=now - self.longest).exists():
            return ""
        minutes = self.longest.total_seconds() / 60
        return (
            f"The training took longer than {minutes:g} minutes "
            "(RECSYS['TRAINING_MINUTES']), and was ended"
        )


def resident_bytes(process_id: int) -> float:
    """Return the memory that a process holds; 0 where the system does not say."""
    try:
        lines = Path(f"/proc/{process_id}/status").read_text().splitlines()
    except OSError:
        return 0.0
    found = [line.split()[1] for line in lines if line.startswith("VmRSS:")]
    return float(found[0]) * 1024 if found else 0.0
