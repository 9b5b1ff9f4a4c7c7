from typing import Any

from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from django_recsys.catalog import get_catalog
from tests.hosts.toys.toy import Toy


def items() -> Any:
    return apps.get_model("translated.Item").objects.prefetch_related("translations")


class Shop(Toy):
    def make_item(self, number: int) -> Any:
        item = self.model("Item").objects.create()
        for language, word in (("de", "Artikel"), ("en", "Item")):
            item.translations.create(language=language, name=f"{word} {number}")
        return item

    def prove(self) -> None:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            records = list(get_catalog().records())
        assert len(queries) == 2
        assert records[3].title == "Artikel 3"
        page = self.client(self.people[1]).get(f"/items/{self.items[1].pk}/")
        assert "Artikel 3" in page.content.decode()
