"""A small shop with three tastes; each customer buys what suits one of them."""

import random
from datetime import datetime, timedelta
from decimal import Decimal

TASTES = 3
SHELF = 7
CUSTOMERS = 20
ORDERS = 3
NEWCOMERS = 2
"""Accounts that never did anything."""
PASSWORD = "as-before"


def fill(now: datetime) -> None:
    """Write products, customers and orders, which no signal tells of."""
    from django.contrib.auth.models import User

    from tests.hosts.shop.models import Category, Order, OrderLine, Product

    chance = random.Random(13)
    shelves = []
    for taste in range(TASTES):
        category = Category.objects.create(name=f"Shelf {taste}")
        shelves.append(
            [
                Product.objects.create(
                    name=f"Product {taste}.{place}",
                    category=category,
                    brand="ab"[place % 2],
                    price=Decimal(5 + place),
                    created_at=now - timedelta(days=90 - place),
                )
                for place in range(SHELF)
            ]
        )
    Product.objects.filter(name="Product 0.6").update(is_active=False)
    Product.objects.filter(name="Product 1.6").update(stock=0)
    for number in range(CUSTOMERS + NEWCOMERS):
        User.objects.create_user(f"customer{number}", password=PASSWORD)
    for number, user in enumerate(User.objects.order_by("pk")[:CUSTOMERS]):
        wanted = chance.sample(shelves[number % TASTES], 5)
        wanted.append(chance.choice(shelves[(number + 1) % TASTES]))
        for place in range(ORDERS):
            days = 30 * (ORDERS - 1 - place) / (ORDERS - 1) + chance.random()
            order = Order.objects.create(
                number=f"A{number}-{place}",
                user=user,
                created_at=now - timedelta(days=days),
            )
            OrderLine.objects.bulk_create(
                OrderLine(order=order, product=product, unit_price=product.price)
                for product in wanted[2 * place : 2 * place + 2]
            )
    # One that came back, somebody without an account, and one that is not paid.
    returned = OrderLine.objects.filter(order__number="A0-0").first()
    OrderLine.objects.bulk_create(
        [OrderLine(order=returned.order, product=returned.product, quantity=-1)]
    )
    for extra in (
        {"number": "G1", "email": "Guest@Example.com"},
        {"number": "U1", "user": User.objects.get(username="customer1"), "paid": False},
    ):
        order = Order.objects.create(created_at=now - timedelta(hours=30), **extra)
        OrderLine.objects.bulk_create(
            OrderLine(order=order, product=product) for product in shelves[0][:2]
        )


def friends() -> list[tuple[int, int]]:
    """Return pairs of accounts of different tastes, as RECSYS["SOCIAL_GRAPH"] does."""
    return [(number, number % CUSTOMERS + 1) for number in range(1, CUSTOMERS + 1)]
