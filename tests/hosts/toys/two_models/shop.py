from datetime import datetime
from typing import Any

from tests.hosts.toys.toy import Toy


class Shop(Toy):
    guesses = {"title": "name", "price": "unit_price"}

    def make_item(self, number: int) -> Any:
        # 0, 1, 4, 5, ... are books: each taste has both kinds.
        if number % 4 < 2:
            return self.model("Book").objects.create(title=f"Book {number}")
        return self.model("Record").objects.create(name=f"Record {number}")

    def buy(self, person: Any, item: Any, at: datetime) -> None:
        order = self.model("Order").objects.create(user=person, created_at=at)
        kind = item._meta.model_name
        line = self.model(f"{kind}line")
        line.objects.create(order=order, **{kind: item})

    def item_id(self, item: Any) -> str:
        return f"{item._meta.label_lower}:{item.pk}"

    def find(self, key: str) -> Any:
        label, _, pk = key.partition(":")
        return self.model(label.partition(".")[2]).objects.get(pk=pk)

    def prove(self) -> None:
        books, records = self.model("Book"), self.model("Record")
        assert books.objects.first().pk == records.objects.first().pk
        shown = self.lists(self.people[1], self.items[1])["similar"]
        assert {each.partition(":")[0] for each in shown} == {
            "two_models.book",
            "two_models.record",
        }

    def delete_item(self, item: Any) -> None:
        namesake = self.model("Book").objects.get(pk=item.pk)
        item.delete()
        from django_recsys.models import Interaction

        key = self.item_id(namesake)
        assert Interaction.objects.filter(item_id=key).exists()
