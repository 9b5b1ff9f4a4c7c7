import uuid

from django.db import models

from tests.hosts.toys.house.bases import LineBase, OrderBase


class Item(models.Model):
    article_no = models.UUIDField(primary_key=True, default=uuid.uuid4)
    label = models.CharField(max_length=100)
    unit_price = models.DecimalField(max_digits=9, decimal_places=2)

    def __str__(self) -> str:
        return self.label


class Order(OrderBase):
    pass


class Line(LineBase):
    pass
