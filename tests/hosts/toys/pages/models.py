from django.db import models
from django.utils import timezone

from tests.hosts.toys.house.bases import LineBase, OrderBase


class Page(models.Model):
    title = models.CharField(max_length=100)
    is_live = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.title


class Item(Page):
    page_ptr = models.OneToOneField(
        Page, on_delete=models.CASCADE, parent_link=True, primary_key=True
    )
    price = models.DecimalField(max_digits=9, decimal_places=2)


class Order(OrderBase):
    pass


class Line(LineBase):
    pass
