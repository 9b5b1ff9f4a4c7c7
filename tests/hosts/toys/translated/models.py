from decimal import Decimal

from django.db import models
from django.utils.translation import get_language

from tests.hosts.toys.house.bases import LineBase, OrderBase


class Item(models.Model):
    price = models.DecimalField(max_digits=9, decimal_places=2, default=Decimal("2.50"))

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        texts = {each.language: each.name for each in self.translations.all()}
        return texts[get_language()]


class Translation(models.Model):
    item = models.ForeignKey(
        Item, on_delete=models.CASCADE, related_name="translations"
    )
    language = models.CharField(max_length=8)
    name = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.name


class Order(OrderBase):
    pass


class Line(LineBase):
    pass
