from typing import Any

from tests.hosts.toys.toy import Toy


class Shop(Toy):
    def prove(self) -> None:
        person, looked_at, gone = self.people[0], self.items[0], self.items[2]
        key = self.item_id(gone)
        assert key in self.lists(person, looked_at)["similar"]
        gone.delete()
        assert key not in self.lists(person, looked_at)["similar"]
        gone.deleted_at = None
        gone.save()
        assert key in self.lists(person, looked_at)["similar"]

    def delete_item(self, item: Any) -> None:
        item.delete()
        type(item).everything.get(pk=item.pk).hard_delete()
