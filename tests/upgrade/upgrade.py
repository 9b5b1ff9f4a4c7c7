"""Upgrade a shop and look at it; prints what was seen as JSON.

    python -m tests.upgrade.upgrade tests/upgrade/before/VERSION-COMMIT

RECSYS_TEST_DATABASE_URL names an empty database, RECSYS_TEST_STORAGE an empty folder.
"""

import json
import os
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from typing import Any

from tests.upgrade.before import Before
from tests.upgrade.shown import all_shown, blocks_shown
from tests.upgrade.write_before import command

ADMIN = "/admin/django_recsys/recommenderconfig/"


def main(before: Before) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.upgrade.settings"
    import django
    from django.test.utils import setup_test_environment

    django.setup()
    setup_test_environment()  # pages tell of their forms
    set_up(before)
    command("migrate", verbosity=0)
    queries = before.read("shown")["queries"]
    looks: dict[str, Callable[[], Any]] = {
        "counts": lambda: counts(before),
        "lists after the migration": lambda: all_shown(queries),
        "catch-up": lambda: catch_up(before),
        "counts after the catch-up": lambda: counts(before),
        "lists after the catch-up": lambda: all_shown(queries),
        "pages": lambda: pages(before),
        "doctor fails": doctor_fails,
        "artifacts": artifacts,
        "forms": lambda: forms(boss()),
        "draft": lambda: adopt(boss()),
        "trained": retrain,
        "rolled back": lambda: command("recsys_rollback", "my-knn", json=True),
        "lists after the rollback": lambda: all_shown(queries),
        "late orders": write_late_orders,
    }
    print(json.dumps({name: seen(look) for name, look in looks.items()}))


def seen(look: Callable[[], Any]) -> dict[str, Any]:
    """Return what is found, or how it failed: the others are looked at all the same."""
    try:
        return {"found": look()}
    except (Exception, SystemExit):
        return {"failed": traceback.format_exc()}


def set_up(before: Before) -> None:
    """Make the database of the code before, with its rows and its files."""
    from django.apps import apps
    from django.conf import settings
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from django.utils import timezone

    from tests.upgrade.rows import load

    about = before.read("about")
    ours = ("django_recsys", about["migration"])
    executor = MigrationExecutor(connection)
    graph = executor.loader.graph
    theirs = [leaf for leaf in graph.leaf_nodes() if leaf[0] != ours[0]]
    executor.migrate([*theirs, ours])
    then = executor.loader.project_state(ours).apps
    later = timezone.now() - datetime.fromisoformat(about["written_at"])
    load(
        (
            ((then if label.startswith(ours[0]) else apps).get_model(label), table)
            for label, table in before.tables.items()
        ),
        later=later,
    )
    before.unpack("storage", Path(settings.STORAGES["recsys"]["OPTIONS"]["location"]))


def counts(before: Before) -> dict[str, int]:
    """Count the rows of the tables that there were."""
    from django.apps import apps

    return {
        label: apps.get_model(label)._default_manager.count()
        for label in before.read("about")["counts"]
    }


def catch_up(before: Before) -> dict[str, Any]:
    """Read on every road what is stored already; return what each road counts."""
    from django_recsys.models import Lease

    reports = {
        "backfill": command("recsys_backfill", json=True),
        "import": command("recsys_import", str(before.history), json=True),
        "tick": command("recsys_tick", json=True)["caught_up"],
    }
    Lease.objects.all().delete()  # as if a day had passed: the tick looks far back
    tick = command("recsys_tick", json=True)
    reports["daily tick"] = tick["caught_up"]
    return {
        "pruned": tick["pruned"],
        "recorded": {road: each["recorded"] for road, each in reports.items()},
        "read": {road: each["read"] for road, each in reports.items()},
    }


def pages(before: Before) -> list[dict[str, list[str]]]:
    return [blocks_shown(*each["page"]) for each in before.read("shown")["pages"]]


def doctor_fails() -> list[dict[str, Any]]:
    from django.core.management import call_command

    out = StringIO()
    with suppress(SystemExit):  # that is how it says that something fails
        call_command("recsys_doctor", json=True, stdout=out)
    found = [each for each in json.loads(out.getvalue()) if each["state"] == "fail"]
    if find_spec("torch") is None:  # which one of the recommenders needs
        found = [each for each in found if "[neural]" not in str(each)]
    return found


def artifacts() -> dict[str, str]:
    """Load the file of each trained model; return what is wrong with it."""
    from django.core.files.storage import storages

    from django_recsys.learning import load
    from django_recsys.learning.exceptions import MissingExtraError
    from django_recsys.models import TrainedModel

    found = {}
    for model in TrainedModel.objects.all():
        with storages["recsys"].open(model.artifact, "rb") as file:
            try:
                loaded = load(file.file).name
            except MissingExtraError:
                loaded = model.algorithm
        found[str(model)] = "" if loaded == model.algorithm else loaded
    return found


def boss() -> Any:
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client()
    users = User.objects.filter(is_superuser=True)
    client.force_login(users.first() or User.objects.create_superuser("boss"))
    return client


def forms(client: Any) -> dict[str, list[Any]]:
    """Open the page of each recommender and save it as it is.

    Returns of each what the form, then what the row lacks of the values that were
    stored, whatever their names are now, and in which fields the form finds errors.
    """
    from django_recsys.models import RecommenderConfig

    found = {}
    for config in RecommenderConfig.objects.filter(parent=None):
        stored = values_of(config.hyperparameters)
        address = f"{ADMIN}{config.pk}/change/"
        form = client.get(address).context["adminform"].form
        opened = {field.html_name: field.value() for field in form}
        # As a browser: nothing for a box that is not ticked.
        ticked = {k: v for k, v in opened.items() if v is not None and v is not False}
        answer = client.post(address, ticked)
        saved = RecommenderConfig.objects.get(pk=config.pk).hyperparameters
        errors = [] if answer.status_code == 302 else faults_of(answer)
        found[config.key] = [lacking(stored, opened), lacking(stored, saved), errors]
    return found


def faults_of(page: Any) -> list[str]:
    return sorted(page.context["adminform"].form.errors)


def values_of(values: dict[str, Any]) -> Counter[str]:
    return Counter(str(value) for value in values.values())


def lacking(stored: Counter[str], there: dict[str, Any]) -> list[str]:
    return sorted((stored - values_of(there)).elements())


def adopt(client: Any) -> dict[str, Any]:
    """Give a draft's settings to the live configuration by the button."""
    from django_recsys.models import RecommenderConfig

    draft = RecommenderConfig.objects.get(parent__key="poor")
    page = client.get(f"{ADMIN}{draft.pk}/change/")
    client.post(f"{ADMIN}{draft.pk}/adopt/")
    live = RecommenderConfig.objects.get(key="poor")
    return {
        "page": page.status_code,
        "is left": RecommenderConfig.objects.filter(pk=draft.pk).exists(),
        "lacks": lacking(values_of(draft.hyperparameters), live.hyperparameters),
    }


def retrain() -> dict[str, Any]:
    """Train by settings that were stored before, beside models that were."""
    runs = command("recsys_train", "poor", "my-knn", force=True, json=True)
    return {
        run["recommender"]: {
            "status": run["status"],
            "version": run["version"],
            "is compared with what served": bool(run["metrics"].get("serving")),
        }
        for run in runs
    }


def write_late_orders() -> dict[str, list[list[list[str]]]]:
    """Write the order that a signal told of before, and one more of an email address.

    Returns who bought what under their numbers, before and after.
    """
    from django.contrib.auth.models import User

    from django_recsys.models import Interaction
    from tests.hosts.shop.models import Order, OrderLine, Product

    def bought(*numbers: str) -> list[list[str]]:
        rows = Interaction.objects.filter(kind="purchase", reference__in=numbers)
        return sorted(map(list, rows.values_list("visitor_key", "item_id")))

    numbers = {"told": ["LATE"], "by email": ["G1", "G2"]}
    before = {name: bought(*each) for name, each in numbers.items()}
    item = Product.objects.get(pk=2)
    buyer = {"user": User.objects.get(username="customer2")}
    for number, fields in {"LATE": buyer, "G2": {"email": "guest@example.com"}}.items():
        order = Order.objects.create(number=number, **fields)
        OrderLine.objects.create(order=order, product=item)
    return {name: [before[name], bought(*each)] for name, each in numbers.items()}


if __name__ == "__main__":
    main(Before(Path(sys.argv[1])))
