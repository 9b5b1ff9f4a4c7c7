from datetime import datetime, timedelta
from typing import Any

from django_recsys.models import Interaction
from tests.hosts.toys.toy import Toy


class Shop(Toy):
    guesses = {"title": "title"}

    def make_item(self, number: int) -> Any:
        return self.model("Service").objects.create(title=f"Lesson {number}")

    def buy(self, person: Any, item: Any, at: datetime) -> None:
        self.model("Booking").objects.create(
            service=item,
            customer=person,
            booked_at=at,
            starts_at=at + timedelta(days=90),
        )

    def find(self, key: str) -> Any:
        return self.model("Service").objects.get(pk=key)

    def prove(self) -> None:
        booked = Interaction.objects.filter(kind="purchase")
        assert set(booked.values_list("quantity", flat=True)) == {1.5}
