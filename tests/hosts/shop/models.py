"""A small ordinary shop, the host that the plugin's tests are installed in."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone


class Category(models.Model):
    name = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    name = models.CharField(max_length=200)
    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.SET_NULL
    )
    brand = models.CharField(max_length=100, blank=True)
    description = models.TextField(blank=True)
    price = models.DecimalField(
        max_digits=10, decimal_places=2, default=Decimal("1.00")
    )
    image = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    stock = models.IntegerField(default=10)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("shop:product", args=[self.pk])


class Variant(models.Model):
    """A size or colour of a product: what lies in the basket, not what is shown."""

    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="variants"
    )
    name = models.CharField(max_length=100)

    def __str__(self) -> str:
        return f"{self.product} ({self.name})"


class Order(models.Model):
    number = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    email = models.EmailField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    paid = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.number


class OrderLine(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, on_delete=models.CASCADE)
    variant = models.ForeignKey(
        Variant, null=True, blank=True, on_delete=models.SET_NULL
    )
    quantity = models.IntegerField(default=1)
    unit_price = models.DecimalField(
        max_digits=10, decimal_places=2, default=Decimal("1.00")
    )

    def __str__(self) -> str:
        return f"{self.quantity} x {self.product}"
