"""Roads of one purchase racing each other, in threads with connections of their own.

    python -m tests.tracking.racing

runs on the database that RECSYS_TEST_DATABASE_URL names, and prints what was stored.
"""

import json
from collections.abc import Callable
from functools import partial
from threading import Barrier, Thread
from typing import Any

ROUNDS = 8


def together(*works: Callable[[], object]) -> None:
    """Run functions at the same moment; raise what the first failing one raised."""
    from django.db import connections

    start = Barrier(len(works))
    errors: list[Exception] = []

    def run(work: Callable[[], object]) -> None:
        try:
            start.wait(timeout=30)
            work()
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    if errors:
        raise errors[0]


def race() -> dict[str, list[list[Any]]]:
    """Let every road find the same purchase; return the rows of each order."""
    from django.contrib.auth.models import User
    from django.db import transaction
    from django.utils import timezone

    from django_recsys.models import Interaction
    from django_recsys.tracking import backfill, catch_up, record_interaction
    from tests.hosts.shop.models import Order, OrderLine, Product

    user = User.objects.create_user("racer")
    product = Product.objects.create(name="Lamp")

    def tell(order: Order) -> None:
        record_interaction(
            user=user, item=product, kind="purchase", reference=order.number
        )

    def save(order: Order) -> None:
        with transaction.atomic():
            OrderLine.objects.create(order=order, product=product)

    def save_silently(order: Order) -> None:
        OrderLine.objects.bulk_create([OrderLine(order=order, product=product)])
        catch_up(now=timezone.now())

    for number in range(ROUNDS):
        order = Order.objects.create(number=f"A{number}", user=user)
        write = save if number % 2 else save_silently
        together(
            partial(tell, order),
            partial(write, order),
            partial(tell, order),
            lambda: backfill(now=timezone.now()),
        )
    return {
        order.number: [
            list(row)
            for row in Interaction.objects.filter(reference=order.number).values_list(
                "event_id", "visitor_key"
            )
        ]
        for order in Order.objects.all()
    }


def main() -> None:
    """Make the tables, race, and print the rows."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", run_syncdb=True, verbosity=0)
    print(json.dumps(race()))


if __name__ == "__main__":
    main()
