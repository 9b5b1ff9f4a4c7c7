from typing import Any

from django.db import models

from tests.hosts.toys.house.bases import ItemBase, LineBase, OrderBase
from tests.hosts.toys.tenants.tenant import TENANT


class OfTenant(models.Manager):
    def get_queryset(self) -> Any:
        return super().get_queryset().filter(tenant=TENANT.get())


class Item(ItemBase):
    tenant = models.CharField(max_length=20)

    objects = OfTenant()
    everywhere = models.Manager()


class Order(OrderBase):
    pass


class Line(LineBase):
    pass
