import json
from datetime import datetime
from io import StringIO
from typing import Any

from django.core.management import call_command

from tests.hosts.toys.toy import Toy


class Shop(Toy):
    def make_person(self, number: int) -> Any:
        members = self.model("Member").objects
        return members.create_user(f"person{number}@example.org")

    def buy(self, person: Any, item: Any, at: datetime) -> None:
        order = self.model("Order").objects.create(buyer=person, created_at=at)
        self.model("Line").objects.create(order=order, item=item)

    def prove(self) -> None:
        out = StringIO()
        call_command("recsys_recommend", "person3@example.org", json=True, stdout=out)
        assert json.loads(out.getvalue())["items"]
