"""What is known of the trainings and their schedule."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.util import find_spec

from django.utils import timezone

from django_recsys.learning import ALGORITHMS, EXTRA_MODULES
from django_recsys.models import Lease, RecommenderConfig, TrainingRun
from django_recsys.training import next_start

from .findings import Finding, fail, ok, warn
from .shop_findings import age
from .tick import LAST_TICK

PATIENCE = timedelta(hours=2)
"""How long the last tick may be over before something looks wrong."""
TICK = (
    "Run manage.py recsys_tick from cron every few minutes, or give Celery's beat the "
    "task django_recsys.tick."
)


def examine_trainings(now: datetime) -> Iterator[Finding]:
    """Say of each recommender which model serves and how the last training ended."""
    configs = list(RecommenderConfig.objects.select_related("serving"))
    if not any(config.serving for config in configs):
        yield fail("trainings", "no model serves", "Run manage.py recsys_train.")
    for config in configs:
        if config.is_enabled:
            yield training_finding(config)


def training_finding(config: RecommenderConfig) -> Finding:
    """Judge one recommender."""
    name = f"recommender {config.key}"
    trainings = config.runs.trainings()
    run = trainings.exclude(status=TrainingRun.Status.QUEUED).first()
    serving = "nothing serves"
    if config.serving is not None:
        until = config.serving.data_until
        serving = f"{config.serving} serves, data until {until:%Y-%m-%d %H:%M}"
    if run is None:
        remedy = f"Run manage.py recsys_train {config.key}."
        return warn(name, f"{serving}, never trained here", remedy)
    detail = f"{serving}; last training: {run.get_status_display()}"
    if run.status == TrainingRun.Status.FAILED:
        return warn(
            name,
            f"{detail} ({run.message[-200:].strip()})",
            "See its page in the admin.",
        )
    return ok(name, detail)


def examine_schedule(now: datetime) -> Iterator[Finding]:
    """Say when the last tick was and when the next training starts."""
    last = Lease.objects.filter(name=LAST_TICK).values_list("expires_at", flat=True)
    moment = last.first()
    if moment is None:
        yield warn("schedule", "no tick yet: nothing is trained by itself", TICK)
    elif now - moment > PATIENCE:
        yield warn("schedule", f"the last tick was {age(now - moment)}", TICK)
    else:
        yield ok("schedule", f"the last tick was {age(now - moment)}")
    starts = [
        (start, config.key)
        for config in RecommenderConfig.objects.all()
        if (start := next_start(config, now)) is not None
    ]
    if not starts:
        yield ok("next training", "only by hand")
        return
    start, key = min(starts)
    yield ok("next training", f"{key}: {time_of(start, now)}")


def time_of(start: datetime, now: datetime) -> str:
    """Return when a training starts, in the project's own time."""
    if TrainingRun.objects.running().exists():
        return "one is running now"
    if start <= now:
        return "with the next tick"
    local = timezone.localtime(start) if timezone.is_aware(start) else start
    return f"{local:%Y-%m-%d %H:%M}, with the tick after it"


def examine_extras(now: datetime) -> Iterator[Finding]:
    """Say which optional packages recommenders of this shop lack."""
    missing = {name for name, module in EXTRA_MODULES.items() if not find_spec(module)}
    lacking = [
        (config.key, extra)
        for config in RecommenderConfig.objects.filter(is_enabled=True)
        if (extra := ALGORITHMS.get(config.algorithm, ("", None))[1]) in missing
    ]
    for key, extra in lacking:
        remedy = f"pip install 'django-recsys[{extra}]'"
        yield fail("extras", f"{key} needs the extra {extra}", remedy)
    if not lacking:
        absent = ", ".join(sorted(missing)) or "none"
        yield ok("extras", f"nothing is lacking; not installed: {absent}")
