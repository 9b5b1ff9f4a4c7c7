"""Base models: a host names its own differently where that is its trap."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.utils import timezone


class ItemBase(models.Model):
    name = models.CharField(max_length=100)
    price = models.DecimalField(max_digits=9, decimal_places=2, default=Decimal("2.50"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/items/{self.pk}/"


class OrderBase(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"order {self.pk}"


class LineBase(models.Model):
    order = models.ForeignKey("Order", on_delete=models.CASCADE)
    item = models.ForeignKey("Item", on_delete=models.CASCADE)
    quantity = models.IntegerField(default=1)
    price = models.DecimalField(max_digits=9, decimal_places=2, default=Decimal("2.50"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.quantity} of {self.item_id}"
