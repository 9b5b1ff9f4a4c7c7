from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.apps import apps

from django_recsys.tracking import record_interaction
from tests.hosts.toys.toy import Toy


def sessions() -> Iterator[dict[str, Any]]:
    for played in apps.get_model("games.Session").objects.iterator():
        yield {
            "user": played.player_id,
            "item": played.game_id,
            "kind": "purchase",
            "quantity": played.hours,
            "at": played.began_at,
            "event_id": f"session:{played.pk}",
        }


class Shop(Toy):
    guesses = {"title": "name"}

    def make_item(self, number: int) -> Any:
        return self.model("Game").objects.create(name=f"Game {number}")

    def buy(self, person: Any, item: Any, at: datetime) -> None:
        played = self.model("Session").objects.create(
            player=person, game=item, began_at=at, hours=0.5 + item.pk
        )
        record_interaction(
            user=person,
            item=item,
            kind="purchase",
            quantity=played.hours,
            occurred_at=at,
            event_id=f"session:{played.pk}",
        )

    def find(self, key: str) -> Any:
        return self.model("Game").objects.get(pk=key)
