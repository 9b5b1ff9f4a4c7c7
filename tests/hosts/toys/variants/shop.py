from datetime import datetime
from decimal import Decimal
from typing import Any

from django.apps import apps

from django_recsys.catalog import get_catalog
from tests.hosts.toys.toy import N_ITEMS, Toy


def product_of(row: Any) -> Any:
    return getattr(row, "parent", row)


def lowest_price(item: Any) -> Decimal:
    return Decimal(min(each.cents for each in item.variants.all())) / 100


def items() -> Any:
    return apps.get_model("variants.Item").objects.prefetch_related("variants")


class Shop(Toy):
    guesses = {"title": "name"}

    def make_item(self, number: int) -> Any:
        item = self.model("Item").objects.create(name=f"Item {number}")
        for size in range(3):
            item.variants.create(cents=250 + 100 * size)
        return item

    def buy(self, person: Any, item: Any, at: datetime) -> None:
        order = self.model("Order").objects.create(user=person, created_at=at)
        variant = item.variants.order_by("pk")[person.pk % 3]
        self.model("Line").objects.create(order=order, variant=variant)

    def prove(self) -> None:
        catalog = get_catalog()
        assert len(list(catalog.visible_ids())) == N_ITEMS
        assert len(set(catalog.newest_ids(N_ITEMS))) == N_ITEMS
        assert next(catalog.records()).price == Decimal("2.50")
        page = self.page(self.people[1], self.items[1]).content.decode()
        assert "2.50" in page
        self.items[2].variants.update(stock=0)
        shown = self.lists(self.people[0], self.items[0])["similar"]
        assert str(self.items[2].pk) not in shown
        self.items[2].variants.first().delete()  # a variant that goes takes no history
        from django_recsys.models import Interaction

        assert Interaction.objects.filter(item_id=str(self.items[2].pk)).exists()
