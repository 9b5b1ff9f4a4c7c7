"""Give the host some weeks of orders with a taste in them: `python -m ...fill`.

The lines are created in bulk, which fires no signal: catch-up and backfill find them.
"""

import random
from datetime import timedelta

import django

GROUPS = 3
SHELF = 20
CUSTOMERS = 60
ORDERS = 5


def main() -> None:
    django.setup()
    from django.db import transaction

    with transaction.atomic():
        fill(random.Random(5))


def fill(chance: random.Random) -> None:
    from django.contrib.auth.models import User
    from django.utils import timezone

    from tests.hosts.shop.models import Order, OrderLine, Product

    now = timezone.now()
    shelves = [
        [Product.objects.create(name=f"Product {g}.{i}") for i in range(SHELF)]
        for g in range(GROUPS)
    ]
    for number in range(CUSTOMERS):
        user = User.objects.create_user(f"customer{number}")
        for week in range(ORDERS):
            order = Order.objects.create(
                number=f"{number}-{week}",
                user=user,
                created_at=now - timedelta(days=7 * week + chance.random() * 6),
            )
            OrderLine.objects.bulk_create(
                OrderLine(order=order, product=product)
                for product in chance.sample(shelves[number % GROUPS], 3)
            )


if __name__ == "__main__":
    main()
