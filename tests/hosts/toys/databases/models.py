from django.db import models
from django.utils import timezone

from tests.hosts.toys.house.bases import ItemBase, LineBase


class Item(ItemBase):
    pass


class Order(models.Model):
    user_id = models.IntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"order {self.pk}"


class Line(LineBase):
    pass
