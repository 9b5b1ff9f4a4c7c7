from datetime import datetime
from typing import Any

from django_recsys.models import Interaction
from tests.hosts.toys.toy import Toy


class Shop(Toy):
    def buy(self, person: Any, item: Any, at: datetime) -> None:
        order = self.model("Order").objects.create(user_id=person.pk, created_at=at)
        self.model("Line").objects.create(order=order, item=item)

    def prove(self) -> None:
        assert Interaction.objects.all().db == "recsys"
        assert self.items[0]._state.db == "shop"
        assert self.people[0]._state.db == "default"
