"""Orders and their lines: the shop's own record of what was bought."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse

from example_shop.catalogue.models import Product


class Order(models.Model):
    number = models.CharField(max_length=20, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="orders",
        db_index=False,
    )
    created_at = models.DateTimeField()
    paid = models.BooleanField(default=False)
    total = models.DecimalField(max_digits=10, decimal_places=2, default=0)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["user", "-created_at"], name="order_history")]

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return reverse("orders:detail", args=[self.number])


class OrderLine(models.Model):
    # The two indexes are named below so that the loader can build them at the end.
    order = models.ForeignKey(
        Order, on_delete=models.CASCADE, related_name="lines", db_index=False
    )
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="order_lines", db_index=False
    )
    quantity = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    unit_price = models.DecimalField(max_digits=8, decimal_places=2)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["order"], name="orderline_order"),
            models.Index(fields=["product"], name="orderline_product"),
        ]

    def __str__(self):
        return f"{self.quantity} × {self.product}"

    @property
    def amount(self):
        return self.quantity * self.unit_price
