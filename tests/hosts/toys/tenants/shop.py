from typing import Any

from django.apps import apps

from tests.hosts.toys.toy import Toy


def all_items() -> Any:
    return apps.get_model("tenants.Item").everywhere.all()


def of_tenant(queryset: Any, request: Any) -> Any:
    return queryset if request is None else queryset.filter(tenant=request.tenant)


class Shop(Toy):
    def make_item(self, number: int) -> Any:
        tenant = "south" if number == 2 else "north"
        return self.model("Item").everywhere.create(
            name=f"Item {number}", tenant=tenant
        )

    def find(self, key: str) -> Any:
        return self.model("Item").everywhere.get(pk=key)

    def page(self, person: Any, item: Any) -> Any:
        return self.client(person).get(
            f"/items/{item.pk}/", headers={"x-tenant": self.tenant}
        )

    tenant = "north"

    def prove(self) -> None:
        here = self.lists(self.people[0], self.items[0])
        assert str(self.items[2].pk) not in here["similar"]
        self.tenant = "south"
        there = self.lists(self.people[0], self.items[0])
        self.tenant = "north"
        assert there["similar"] == [str(self.items[2].pk)]
