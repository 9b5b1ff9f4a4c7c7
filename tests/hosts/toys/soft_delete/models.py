from typing import Any

from django.db import models
from django.utils import timezone

from tests.hosts.toys.house.bases import ItemBase, LineBase, OrderBase


class Living(models.Manager):
    def get_queryset(self) -> Any:
        return super().get_queryset().filter(deleted_at=None)


class Item(ItemBase):
    deleted_at = models.DateTimeField(null=True)

    objects = Living()
    everything = models.Manager()

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        self.deleted_at = timezone.now()
        self.save()

    def hard_delete(self) -> Any:
        return super().delete()


class Order(OrderBase):
    pass


class Line(LineBase):
    pass
