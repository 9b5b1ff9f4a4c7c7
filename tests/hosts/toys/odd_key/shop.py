from typing import Any

from tests.hosts.toys.toy import Toy


class Shop(Toy):
    guesses = {"title": "label", "price": "unit_price"}

    def make_item(self, number: int) -> Any:
        return self.model("Item").objects.create(
            label=f"Item {number}", unit_price=number
        )
