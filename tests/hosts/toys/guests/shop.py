from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import Client

from django_recsys.signals import item_viewed
from django_recsys.tracking import email_key, erase_visitor
from tests.hosts.toys.toy import BROWSER, Toy


def thanks(request: HttpRequest, email: str, key: str) -> HttpResponse:
    """Thank a buyer: the one page that knows the address."""
    from tests.hosts.toys.current import toy

    item = toy().find(key)
    buyer = email_key(email)
    item_viewed.send(sender=type(item), visitor_key=buyer, item=item)
    return render(request, "toys/thanks.html", {"item": item, "buyer": buyer})


class Shop(Toy):
    def make_person(self, number: int) -> Any:
        return f"person{number}@example.org"

    def buy(self, person: Any, item: Any, at: datetime) -> None:
        # People write their address as they like.
        order = self.model("Order").objects.create(
            email=person.upper() if item.pk % 3 else person, created_at=at
        )
        self.model("Line").objects.create(order=order, item=item)

    def visitor_key(self, person: Any) -> str:
        return email_key(person)

    def page(self, person: Any, item: Any) -> Any:
        client = Client(headers={"user-agent": BROWSER})
        return client.get(f"/thanks/{person}/{item.pk}/")

    def delete_person(self, person: Any) -> None:
        self.model("Order").objects.filter(email__iexact=person).delete()
        erase_visitor(email_key(person))

    def prove(self) -> None:
        from django_recsys.models import Interaction

        kept = Interaction.objects.values_list("visitor_key", flat=True)
        assert not any("@" in key for key in kept)
