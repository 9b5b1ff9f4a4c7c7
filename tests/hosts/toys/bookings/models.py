from decimal import Decimal

from django.conf import settings
from django.db import models
from django.utils import timezone


class Service(models.Model):
    title = models.CharField(max_length=100)
    hourly_rate = models.DecimalField(max_digits=9, decimal_places=2, default=40)

    def __str__(self) -> str:
        return self.title


class Booking(models.Model):
    service = models.ForeignKey(Service, on_delete=models.CASCADE)
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    booked_at = models.DateTimeField(default=timezone.now)
    starts_at = models.DateTimeField()
    hours = models.DecimalField(max_digits=4, decimal_places=2, default=Decimal("1.5"))
    is_cancelled = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"booking {self.pk}"
