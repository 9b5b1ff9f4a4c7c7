from datetime import datetime, timedelta
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.utils import timezone

from django_recsys.models import Interaction
from django_recsys.tracking import catch_up
from tests.hosts.toys.toy import Toy


class Shop(Toy):
    def fill(self) -> None:
        super().fill()
        self.model("Order").objects.update(is_paid=True)
        self.buy(self.people[0], self.items[1], timezone.now())  # never paid

    def buy(self, person: Any, item: Any, at: datetime) -> None:
        order = self.model("Order")(user=person, created_at=at)
        order.save()
        line = self.model("Line")(order=order, item=item)
        line.save()

    def settle(self) -> None:
        last = self.model("Order").objects.latest("pk")
        # `update()` sends no signal; the tick's catch-up is the truth.
        self.model("Order").objects.filter(pk=last.pk).update(is_paid=True)
        call_command("recsys_tick", stdout=StringIO())

    def prove(self) -> None:
        assert not Interaction.objects.filter(
            kind="purchase",
            visitor_key=self.visitor_key(self.people[0]),
            item_id=str(self.items[1].pk),
        ).exists()
        self.buy(self.people[2], self.items[3], timezone.now() - timedelta(days=30))
        self.model("Order").objects.filter(user=self.people[2]).update(is_paid=True)
        assert catch_up(now=timezone.now()).recorded == 1
