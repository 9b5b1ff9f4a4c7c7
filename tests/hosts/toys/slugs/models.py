from django.db import models

from tests.hosts.toys.house.bases import ItemBase, LineBase, OrderBase


class Item(ItemBase):
    slug = models.SlugField(primary_key=True, max_length=150, allow_unicode=True)
    is_sold = models.BooleanField(default=True)


class Order(OrderBase):
    pass


class Line(LineBase):
    pass
