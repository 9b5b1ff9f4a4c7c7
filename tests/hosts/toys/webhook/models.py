from django.db import models

from tests.hosts.toys.house.bases import ItemBase, LineBase, OrderBase


class Item(ItemBase):
    pass


class Order(OrderBase):
    is_paid = models.BooleanField(default=False)


class Line(LineBase):
    pass
