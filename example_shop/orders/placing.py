"""Turning a basket into an order."""

import secrets

from django.db import transaction
from django.utils import timezone

from example_shop.catalogue.models import Product

from .models import Order, OrderLine


class SoldOut(Exception):
    """A product of the basket is not there in the wanted quantity any more."""

    def __init__(self, product):
        super().__init__(f"{product.name} is sold out.")
        self.product = product


@transaction.atomic
def place_order(user, basket_lines):
    """Write the order with its lines and take the products from stock.

    Each line is saved by itself, so that whoever listens to ``post_save`` hears it.

    Raises:
      SoldOut: Nothing is written then.
    """
    order = Order.objects.create(
        number=f"W{secrets.token_hex(5).upper()}",
        user=user,
        created_at=timezone.now(),
        paid=True,  # the demonstration takes no money
        total=sum(line.amount for line in basket_lines),
    )
    for line in basket_lines:
        take_from_stock(line.product, line.quantity)
        OrderLine(
            order=order,
            product=line.product,
            quantity=line.quantity,
            unit_price=line.product.price,
        ).save()
    return order


def take_from_stock(product, quantity):
    product = Product.objects.select_for_update().get(pk=product.pk)
    if not product.is_active or product.stock < quantity:
        raise SoldOut(product)
    product.stock -= quantity
    product.save(update_fields=["stock"])
