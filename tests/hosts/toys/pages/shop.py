from typing import Any

from django.apps import apps

from tests.hosts.toys.toy import Toy


def live() -> Any:
    return apps.get_model("pages.Item").objects.filter(is_live=True)


class Shop(Toy):
    guesses = {"title": "title", "price": "price", "created_at": "created_at"}

    def make_item(self, number: int) -> Any:
        if number == 0:  # so that pages and items have different keys
            self.model("Page").objects.create(title="Imprint")
        return self.model("Item").objects.create(title=f"Item {number}", price=2)

    def delete_item(self, item: Any) -> None:
        self.model("Page").objects.get(pk=item.pk).delete()
