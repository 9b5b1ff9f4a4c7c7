"""``--deep``: a beat tells a real Celery worker to train deep models; then see them.

The worker's subprocess trains, compares and publishes as in any shop; this process only
waits and looks.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.cache import cache
from django.test import Client

from django_recsys.exceptions import MissingExtraError
from django_recsys.learning.registry import create
from django_recsys.models import Placement, RecommenderConfig, TrainingRun
from django_recsys.serving import recommend_for
from django_recsys.tracking import visitor_key_for
from example_shop.accounts.models import Household

from .check import judge_list, label
from .terminal import say, step

DEEP = {
    "sasrec": {"embedding_size": 32, "blocks": 1, "dropout": 0.2, "repeats": 1.0},
    "gru": {"embedding_size": 32, "dropout": 0.2, "repeats": 1.0},
}
"""Recommender -> hyper-parameters; the time budget ends the epochs before. Groceries
are bought again and again, so repeats count in full."""
MINUTES_PER_TRAINING = "4"
"""A fit may take three tenths of it, and each training fits twice. With 3 a machine
that is busy with other work has too little left for the rest, and ends them."""
LONGEST_WAIT = 900
LOOK_SECONDS = 5.0
PATIENCE = 30
"""Seconds that a worker has to end by itself."""
ROOT = Path(__file__).resolve().parents[2]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def train_deep(folder: Path) -> Iterator[str]:
    """Let beat and worker train what is missing; yield what went wrong."""
    try:
        create("sasrec")
    except MissingExtraError as error:
        yield str(error)
        return
    give_places()
    missing = [key for key in DEEP if not serves(key)]
    if not missing:
        return
    with step("A Celery beat has the deep models trained by a worker"):
        # What is due at the next tick is these: all others were trained just now.
        RecommenderConfig.objects.filter(key__in=missing).update(
            schedule=RecommenderConfig.Schedule.INTERVAL, is_enabled=True
        )
        TrainingRun.objects.filter(recommender__key__in=missing).delete()
        with worker_with_beat(folder):
            wait_for(missing)
    cache.clear()
    for key in missing:
        run = TrainingRun.objects.filter(recommender__key=key).first()
        if not serves(key):
            why = run.message if run else "the tick never queued it"
            yield f"{key} does not serve: {why}"


def give_places() -> None:
    """Make the two recommenders, and let `sasrec` fill the home page's list first."""
    for key, hyperparameters in DEEP.items():
        RecommenderConfig.objects.update_or_create(
            key=key, defaults={"algorithm": key, "hyperparameters": hyperparameters}
        )
    for placement, first in (("recommended", "sasrec"), ("next-by-gru", "gru")):
        Placement.objects.update_or_create(
            key=placement,
            defaults={
                "basis": Placement.Basis.VISITOR,
                "recommender": first,
                "fallbacks": ["ease", "item_knn", "trending", "popular"],
                "excludes_purchased": True,
                "follows_visitor": True,
            },
        )


def serves(key: str) -> bool:
    return RecommenderConfig.objects.get(key=key).serving_id is not None


@contextmanager
def worker_with_beat(folder: Path) -> Iterator[None]:
    """Keep a Celery worker, with its beat inside, alive for a block."""
    environment = {
        # Steps are small here: threads that wait for each other cost more than they
        # bring, most of all beside other work.
        "OMP_NUM_THREADS": "1",
        "RECSYS_SHOP_TRAINING_MINUTES": MINUTES_PER_TRAINING,
        **os.environ,
        "RECSYS_SHOP_DATA": str(folder),
        "RECSYS_SHOP_CELERY": "1",
    }
    command = [sys.executable, "-m", "celery", "-A", "example_shop.celery", "worker"]
    options = ["--beat", "--schedule", str(folder / "beat"), "--concurrency", "2"]
    with (folder / "worker.log").open("w") as log:
        worker = subprocess.Popen(
            [*command, *options, "--loglevel", "INFO"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield
        finally:
            end(worker)


def end(worker: subprocess.Popen[bytes]) -> None:
    """Let the worker finish its tasks; end it with all its processes if it does not."""
    worker.terminate()
    try:
        worker.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()


def wait_for(keys: list[str]) -> None:
    """Print what the runs say until all have ended."""
    deadline = time.monotonic() + LONGEST_WAIT
    said = ""
    while time.monotonic() < deadline:
        runs = TrainingRun.objects.filter(recommender__key__in=keys).order_by("pk")
        ended = {run.recommender.key for run in runs if run.is_finished}
        for run in runs.filter(status=TrainingRun.Status.RUNNING):
            line = f"  {run.recommender} {run.progress:4.0%}  {run.stage}"
            if run.message and line != said:
                say(f"{line}  {run.message}")
                said = line
        if ended == set(keys):
            return
        time.sleep(LOOK_SECONDS)


def check_deep() -> Iterator[str]:
    """Print what the deep models say to one household, and look at its home page."""
    household = Household.objects.select_related("user").order_by("-orders")[4]
    key = visitor_key_for(household.user)
    for name, placement in (("sasrec", "recommended"), ("gru", "next-by-gru")):
        answer = recommend_for(placement, visitor_key=key, n=12)
        run = TrainingRun.objects.filter(recommender__key=name).first()
        say(f"\n▸ {household}: what {name} foretells")
        say(f"  {run.message if run else 'never trained'}")
        for each in answer.items:
            say(f"  {each.rank:>2}. {label(each.item)[:52]:<52} {each.source}")
        yield from judge_list(name, [each.item for each in answer.items], 12)
        if name not in {each.source for each in answer.items}:
            yield f"{name}: no item of the list is by it."
    client = Client(headers={"user-agent": FIREFOX})
    client.force_login(household.user)
    page = client.get("/", headers={"host": "localhost"}).content.decode()
    shown = page.count('data-source="sasrec"')
    say(f"\n▸ The home page of {household}: {shown} products by sasrec")
    if not shown:
        yield "The home page shows nothing by sasrec."
