"""What the rest of the app asks of the host's catalogue."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import Any

from django.core.signals import setting_changed
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.module_loading import import_string

from django_recsys.conf import get_settings

from .fields import FIELD_NAMES


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRecord:
    """What is known of one item; empty text or None where the host has nothing."""

    item_id: str
    title: str = ""
    category: str = ""
    """Names joined by "|" where an item has several."""
    brand: str = ""
    price: Decimal | None = None
    description: str = ""
    image: str = ""
    """Address of the picture."""
    url: str = ""
    created_at: datetime | None = None


class Catalog(ABC):
    """The items of a host: their ids, what they are, which may be shown now.

    Subclass it, and name the class in RECSYS["CATALOG"], where the keys `ITEM_*`,
    `AVAILABLE` and `CANONICAL` cannot say it. A catalog is made once per process and
    holds no state of a request.
    """

    @abstractmethod
    def item_id(self, item: Any) -> str:
        """Return the id of an item, or of the item that a variant belongs to.

        `item` is an instance or a primary key. Raises `ConfigurationError` for an
        object that is no item and no variant of one.
        """

    @abstractmethod
    def canonical_ids(self, model: Any, primary_keys: Iterable[Any]) -> dict[Any, str]:
        """Map primary keys of items or variants to item ids, in few queries.

        Keys of rows that are gone are missing from the answer.
        """

    @abstractmethod
    def visible(
        self,
        item_ids: Sequence[str],
        *,
        request: HttpRequest | None = None,
        described: bool = False,
    ) -> dict[str, Any]:
        """Return the instances that may be shown now, by item id; one query a model.

        With `described`, what `describe` reads is fetched along.
        """

    @abstractmethod
    def visible_ids(self) -> Iterator[str]:
        """Yield the ids of all items that may be shown to somebody unknown."""

    def newest_ids(self, n: int) -> list[str]:
        """Return up to `n` ids of items that may be shown, newest first if known."""
        return list(islice(self.visible_ids(), n))

    @abstractmethod
    def records(self, fields: Collection[str] = FIELD_NAMES) -> Iterator[ItemRecord]:
        """Yield the whole catalogue in a number of queries that does not grow.

        Only the named fields are read; the others stay empty.
        """

    @abstractmethod
    def describe(self, item: Any) -> ItemRecord:
        """Return what is known of one instance."""

    def title_of(self, item: Any) -> str:
        """Return what one instance is called."""
        return self.describe(item).title


@cache
def get_catalog() -> Catalog:
    """Return the catalog that the settings name."""
    catalog: Catalog = import_string(get_settings().CATALOG)()
    return catalog


@receiver(setting_changed, dispatch_uid="django_recsys.catalog")
def forget_catalog(*, setting: str, **kwargs: Any) -> None:
    """Build the catalog anew after a test has overridden RECSYS."""
    if setting == "RECSYS":
        get_catalog.cache_clear()
