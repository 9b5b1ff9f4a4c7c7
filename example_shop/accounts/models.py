"""Households: the people behind the demonstration accounts."""

from django.conf import settings
from django.db import models


class Household(models.Model):
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="household"
    )
    number = models.PositiveIntegerField(unique=True)
    about = models.CharField(max_length=80, blank=True)
    orders = models.PositiveIntegerField(default=0)
    spent = models.DecimalField(max_digits=10, decimal_places=2, default=0)

    class Meta:
        ordering = ["number"]

    def __str__(self):
        return f"Household {self.number}"

    @property
    def face(self):
        """Which of the five colours its badge has."""
        return self.number % 5
