from decimal import Decimal

from django.db import models

from tests.hosts.toys.house.bases import OrderBase


class Book(models.Model):
    title = models.CharField(max_length=100)
    price = models.DecimalField(max_digits=9, decimal_places=2, default=Decimal("2.50"))

    def __str__(self) -> str:
        return self.title


class Record(models.Model):
    name = models.CharField(max_length=100)
    unit_price = models.DecimalField(
        max_digits=9, decimal_places=2, default=Decimal("2.50")
    )

    def __str__(self) -> str:
        return self.name


class Order(OrderBase):
    pass


class Line(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE)
    quantity = models.IntegerField(default=1)
    price = models.DecimalField(max_digits=9, decimal_places=2, default=Decimal("2.50"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"line {self.pk}"


class BookLine(Line):
    book = models.ForeignKey(Book, on_delete=models.CASCADE)


class RecordLine(Line):
    record = models.ForeignKey(Record, on_delete=models.CASCADE)
