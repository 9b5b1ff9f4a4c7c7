"""Give the host some months of orders with a taste in them: `python -m ...fill`."""

import random
from datetime import timedelta

import django

GROUPS = 3
SHELF = 12
CUSTOMERS = 45
ORDERS = 10


def main() -> None:
    django.setup()
    from django.contrib.auth.models import User
    from django.utils import timezone

    from tests.hosts.shop.models import Order, OrderLine, Product

    chance = random.Random(5)
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
            for product in chance.sample(shelves[number % GROUPS], 3):
                OrderLine.objects.create(order=order, product=product)


if __name__ == "__main__":
    main()
