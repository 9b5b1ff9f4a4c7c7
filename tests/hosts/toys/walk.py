"""Lead one host along the road of every shop; prints what was seen as JSON.

RECSYS_TOY_HOST=odd_key python -m tests.hosts.toys.walk
"""

import contextlib
import json
import logging
import os
import sys
from io import StringIO
from typing import Any

import django

RECOMMENDERS = ("popular", "item_knn", "bought_together", "buy_again")


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.hosts.toys.settings"
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)
    django.setup()
    seen: dict[str, Any] = {}
    install(seen)
    learn(seen)
    shop(seen)
    leave(seen)
    break_down(seen)
    seen["loads celery"] = "celery" in sys.modules
    print(json.dumps(seen))


def install(seen: dict[str, Any]) -> None:
    from django.core.checks import run_checks
    from django.core.management import call_command
    from django.db import connections

    seen["checks"] = [message.id for message in run_checks()]
    call_command(
        "makemigrations", "django_recsys", check=True, dry_run=True, verbosity=0
    )
    for alias in connections:
        # The apps without migrations last: their keys lead to Django's own tables.
        call_command("migrate", verbosity=0, database=alias)
        call_command("migrate", run_syncdb=True, verbosity=0, database=alias)


def learn(seen: dict[str, Any]) -> None:
    from django.core.management import call_command

    from django_recsys.models import Interaction
    from django_recsys.training.jobs import runner as jobs
    from tests.hosts.toys.current import toy

    # In this process, as in memory: the child process is tested elsewhere.
    jobs.databases_live_in_memory = lambda: True
    toy().fill()
    seen["heard live"] = Interaction.objects.count()
    Interaction.objects.all().delete()
    seen["backfill"] = asked("recsys_backfill", verbosity=0)["recorded"]
    seen["again"] = asked("recsys_backfill", verbosity=0)["recorded"]
    call_command("recsys_train", *RECOMMENDERS, force=True, stdout=StringIO())
    findings = asked("recsys_doctor")
    seen["doctor fails"] = [f for f in findings if f["state"] == "fail"]
    seen["doctor warns"] = [f["name"] for f in findings if f["state"] == "warn"]
    seen["guesses"] = {
        name: any(
            f["name"] == f"field {name}" and f"{path} (" in f["detail"]
            for f in findings
        )
        for name, path in toy().guesses.items()
    }


def shop(seen: dict[str, Any]) -> None:
    from django.core.management import call_command
    from django.utils import timezone

    from django_recsys.models import Interaction
    from tests.hosts.toys.current import toy
    from tests.hosts.toys.toy import bought

    host = toy()
    person, looked_at = host.people[0], host.items[bought(0, 0)]
    suit = {host.item_id(item) for item in host.items[::2]}
    had = {host.item_id(host.items[bought(0, step)]) for step in range(4)}
    before = host.lists(person, looked_at)
    similar, personal = before["similar"], before["recommended"]
    seen["similar suits"] = set(similar[:3]) <= suit - {host.item_id(looked_at)}
    seen["list suits"] = set(personal[:2]) == suit - had
    wanted = next(i for i in host.items if host.item_id(i) == personal[0])
    host.buy(person, wanted, timezone.now())
    host.settle()
    rows = Interaction.objects.filter(visitor_key=host.visitor_key(person))
    seen["view recorded"] = rows.filter(kind="view").exists()
    purchases = rows.filter(kind="purchase", item_id=host.item_id(wanted))
    seen["purchase recorded"] = purchases.count()
    after = host.lists(person, looked_at)["recommended"]
    seen["list changed"] = bool(after) and host.item_id(wanted) not in after
    call_command("recsys_tick", stdout=StringIO())
    seen["once after the catch-up"] = purchases.count() == 1
    host.prove()


def leave(seen: dict[str, Any]) -> None:
    from django_recsys.models import Interaction, ItemNeighbors, StoredRecommendations
    from tests.hosts.toys.current import toy

    host = toy()
    receipts = Receipts()
    logging.getLogger("django_recsys").addHandler(receipts)
    logging.getLogger("django_recsys").setLevel(logging.INFO)
    key, item_id = host.visitor_key(host.people[-1]), host.item_id(host.items[-1])
    host.delete_person(host.people[-1])
    host.delete_item(host.items[-1])
    seen["left behind"] = [
        Interaction.objects.filter(visitor_key=key).count(),
        StoredRecommendations.objects.filter(visitor_key=key).count(),
        Interaction.objects.filter(item_id=item_id).count(),
        ItemNeighbors.objects.filter(item_id=item_id).count(),
    ]
    seen["receipts"] = [
        any(name in said for said in receipts.said) for name in (key, item_id)
    ]
    logging.getLogger("django_recsys").removeHandler(receipts)


def break_down(seen: dict[str, Any]) -> None:
    """Take our tables away under the running shop."""
    from django.db import connections, router

    from django_recsys.models import Interaction
    from tests.hosts.toys.current import toy

    logging.disable(logging.CRITICAL)
    host = toy()
    connection = connections[router.db_for_write(Interaction)]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {Interaction._meta.db_table}")
    response = host.page(host.people[0], host.items[0])
    seen["without our table"] = response.status_code
    seen["page stands"] = str(host.items[0]) in response.content.decode()


def asked(command: str, **options: Any) -> Any:
    from django.core.management import call_command

    out = StringIO()
    with contextlib.suppress(SystemExit):
        call_command(command, json=True, stdout=out, **options)
    return json.loads(out.getvalue())


class Receipts(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


if __name__ == "__main__":
    main()
