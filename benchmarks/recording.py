"""The time that recording a view adds to a request, beside one ORM `create`.

    python -m benchmarks.recording [--rounds 2000]

Every round writes one row by `Interaction.objects.create(...)` and, right before or
after it in turn, sends `item_viewed` with the request of an account, and with that of a
guest whose cookie is known. Each writes one row to the same SQLite file, in WAL mode
without waiting for the disk: a commit that waits takes longer than all the rest and
would hide it. The medians go to `benchmarks/results/recording.json`. The bar for both
ratios: under 1.5.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results" / "recording.json"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def main() -> None:
    """Make a shop in a temporary file, measure, print and write the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2_000)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        os.environ["RECSYS_TEST_DATABASE_URL"] = f"sqlite:///{folder}/shop.sqlite3"
        os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", run_syncdb=True, verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute("PRAGMA synchronous = OFF")
        found = {"rounds": rounds, **measure(ways_to_write(), rounds)}
    print(json.dumps(found, indent=2))
    RESULTS.write_text(json.dumps(found, indent=2) + "\n")


def ways_to_write() -> dict[str, Callable[[], Any]]:
    """Return the functions that each write one row."""
    from django.contrib.auth.models import User
    from django.utils import timezone

    from django_recsys.models import Interaction
    from django_recsys.signals import item_viewed
    from tests.hosts.shop.models import Product

    user = User.objects.create_user("ada")
    product = Product.objects.create(name="Lamp")

    def bare() -> None:
        Interaction.objects.create(
            visitor_key=f"user:{user.pk}",
            item_id=str(product.pk),
            kind="view",
            occurred_at=timezone.now(),
        )

    account_request, guest_request = request_of(user), request_of(None)

    def account() -> None:
        item_viewed.send(sender=Product, request=account_request, item=product)

    def guest() -> None:
        item_viewed.send(sender=Product, request=guest_request, item=product)

    return {"bare": bare, "account": account, "guest": guest}


def request_of(user: Any) -> Any:
    """Return a browser's request, as the middleware hands it to a view."""
    from django.contrib.auth.models import AnonymousUser
    from django.http import HttpRequest

    from django_recsys.tracking.identity.guests import attach_guest

    request = HttpRequest()
    request.META["HTTP_USER_AGENT"] = FIREFOX
    request.COOKIES["recsys_consent"] = "yes"
    request.user = AnonymousUser() if user is None else user
    attach_guest(request)
    return request


def measure(ways: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Return the median microseconds of each way, and the ratios to the bare one."""
    from django_recsys.models import Interaction

    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 50):
        order = list(ways) if number % 2 else list(reversed(ways))
        for name in order:
            start = time.perf_counter()
            ways[name]()
            if number >= 50:  # the first ones fill caches
                seconds[name].append(time.perf_counter() - start)
    assert Interaction.objects.count() == len(ways) * (rounds + 50)
    medians = {name: statistics.median(taken) for name, taken in seconds.items()}
    return {
        **{f"{name}_us": round(1e6 * taken, 1) for name, taken in medians.items()},
        "account_ratio": round(medians["account"] / medians["bare"], 3),
        "guest_ratio": round(medians["guest"] / medians["bare"], 3),
    }


if __name__ == "__main__":
    main()
