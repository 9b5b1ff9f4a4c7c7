"""What happens in a host. Each overrides what its trap makes different."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.test import Client
from django.utils import timezone

from django_recsys.tracking import visitor_key_for

N_ITEMS = 12
N_PEOPLE = 24
BOUGHT = 4
"""Items that a person bought, of the six of the person's taste."""
BROWSER = "Mozilla/5.0 (X11; Linux x86_64)"
BLOCK = re.compile(r'<section[^>]*data-recsys-placement="([^"]+)".*?</section>', re.S)
ITEM = re.compile(r'data-recsys-item="([^"]+)"')


class Toy:
    """A host: even items suit even people, odd items odd people."""

    guesses: dict[str, str] = {"title": "name", "price": "price"}
    """How the doctor must say that fields are read."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.items: list[Any] = []
        self.people: list[Any] = []

    def model(self, name: str) -> Any:
        return apps.get_model(self.name, name)

    # What the host does.

    def make_item(self, number: int) -> Any:
        return self.model("Item").objects.create(name=f"Item {number}")

    def make_person(self, number: int) -> Any:
        from django.contrib.auth import get_user_model

        return get_user_model().objects.create_user(f"person{number}")

    def buy(self, person: Any, item: Any, at: datetime) -> None:
        order = self.model("Order").objects.create(user=person, created_at=at)
        self.model("Line").objects.create(order=order, item=item)

    def find(self, key: str) -> Any:
        return self.model("Item").objects.get(pk=key)

    def fill(self) -> None:
        self.items = [self.make_item(number) for number in range(N_ITEMS)]
        self.people = [self.make_person(number) for number in range(N_PEOPLE)]
        for number, person in enumerate(self.people):
            for step in range(BOUGHT):
                at = timezone.now() - timedelta(days=40 - 8 * step, hours=number)
                self.buy(person, self.items[bought(number, step)], at)

    # What the walk asks.

    def item_id(self, item: Any) -> str:
        return str(item.pk)

    def visitor_key(self, person: Any) -> str:
        return visitor_key_for(person)

    def client(self, person: Any) -> Client:
        client = Client(headers={"user-agent": BROWSER})
        client.force_login(person)
        return client

    def page(self, person: Any, item: Any) -> Any:
        return self.client(person).get(f"/items/{self.item_id(item)}/")

    def lists(self, person: Any, item: Any) -> dict[str, list[str]]:
        """Return the item ids of each block on an item's page."""
        response = self.page(person, item)
        assert response.status_code == 200, response
        html = response.content.decode()
        return {match[1]: ITEM.findall(match[0]) for match in BLOCK.finditer(html)}

    def delete_person(self, person: Any) -> None:
        person.delete()

    def delete_item(self, item: Any) -> None:
        item.delete()

    def settle(self) -> None:
        """Let happen what comes after a purchase, as a payment."""

    def prove(self) -> None:
        """Assert what only this host shows; called after the purchase."""


def bought(number: int, step: int) -> int:
    """Return the index of the item that a person buys at a step."""
    return number % 2 + 2 * ((number // 2 + step) % (N_ITEMS // 2))
