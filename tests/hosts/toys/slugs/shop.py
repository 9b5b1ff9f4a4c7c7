from typing import Any

from tests.hosts.toys.toy import Toy


class Shop(Toy):
    def make_item(self, number: int) -> Any:
        return self.model("Item").objects.create(
            slug=f"große-tasse-茶-{number}", name=f"Große Tasse 茶 {number}"
        )

    def prove(self) -> None:
        person, looked_at, gone = self.people[0], self.items[0], self.items[2]
        assert self.item_id(gone) in self.lists(person, looked_at)["similar"]
        type(gone).objects.filter(pk=gone.pk).update(is_sold=False)
        assert self.item_id(gone) not in self.lists(person, looked_at)["similar"]
