from django.db import models

from tests.hosts.toys.house.bases import OrderBase


class Item(models.Model):
    name = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.name


class Variant(models.Model):
    parent = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="variants")
    cents = models.IntegerField()
    stock = models.IntegerField(default=5)

    def __str__(self) -> str:
        return f"variant of {self.parent_id}"


class Order(OrderBase):
    pass


class Line(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE)
    variant = models.ForeignKey(Variant, on_delete=models.CASCADE)
    quantity = models.IntegerField(default=1)

    def __str__(self) -> str:
        return f"line {self.pk}"
