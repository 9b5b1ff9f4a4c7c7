from typing import Any

from asgiref.sync import async_to_sync
from django.test import AsyncClient

from django_recsys.models import Interaction
from tests.hosts.toys.toy import BROWSER, Toy


class Shop(Toy):
    def page(self, person: Any, item: Any, *, path: str = "async") -> Any:
        headers = {"user-agent": BROWSER, "x-user": person.get_username()}
        return async_to_sync(AsyncClient().get)(f"/{path}/{item.pk}/", headers=headers)

    def prove(self) -> None:
        key = self.visitor_key(self.people[1])
        views = Interaction.objects.filter(kind="view", visitor_key=key)
        before = views.count()
        page = self.page(self.people[1], self.items[1], path="careless")
        assert page.status_code == 200
        assert "Item 1" in page.content.decode()
        assert views.count() == before + 1
