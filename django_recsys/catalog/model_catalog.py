"""The catalog that is built from the RECSYS settings."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from django.db.models import ForeignKey, Model, QuerySet
from django.http import HttpRequest
from django.utils.module_loading import import_string

from django_recsys.conf import get_settings
from django_recsys.exceptions import ConfigurationError

from .base import Catalog, ItemRecord
from .fields import FIELD_NAMES, NO_FIELD
from .records import (
    CHUNK,
    describe,
    read_field,
    records_by_instances,
    records_by_sql,
)
from .sources import (
    ItemSource,
    available,
    base_queryset,
    has_plain_manager,
    make_source,
    rule_is_fixed,
    with_relations,
)

KEYS_PER_QUERY = 500  # SQLite once stopped at 999 parameters


class ModelCatalog(Catalog):
    """Items are rows of `ITEM_MODEL`, described by `ITEM_FIELDS`."""

    @cached_property
    def sources(self) -> tuple[ItemSource, ...]:
        """The item models; raises `ConfigurationError` where one does not exist."""
        labels = get_settings().item_models
        if not labels:
            raise ConfigurationError(
                "RECSYS['ITEM_MODEL'] is not set: name your product model, "
                "as in 'shop.Product'."
            )
        return tuple(make_source(label, several=len(labels) > 1) for label in labels)

    def item_id(self, item: Any) -> str:
        if not isinstance(item, Model):
            return self._id_of_key(item)
        canonical = self._canonical(item)
        if canonical is None:
            raise ConfigurationError(
                f"RECSYS['CANONICAL'] gives nothing for {item!r}: return an item."
            )
        return self._id_of_instance(canonical)

    def canonical_ids(self, model: Any, primary_keys: Iterable[Any]) -> dict[Any, str]:
        source = self._source_of(model)
        if source is not None and get_settings().CANONICAL is None:
            return {key: source.item_id(key) for key in primary_keys}
        found: dict[Any, str] = {}
        relations = [f.name for f in model._meta.get_fields() if self._is_to_item(f)]
        queryset = with_relations(model._base_manager.all(), relations)
        for keys in batches(primary_keys, KEYS_PER_QUERY):
            for key, row in queryset.in_bulk(keys).items():
                canonical = self._canonical(row)
                if canonical is not None:
                    found[key] = self._id_of_instance(canonical)
        return found

    def visible(
        self,
        item_ids: Sequence[str],
        *,
        request: HttpRequest | None = None,
        described: bool = False,
    ) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for source in self.sources:
            keys = [source.primary_key(item_id) for item_id in item_ids]
            keys = [key for key in keys if key is not None]
            if not keys:
                continue
            queryset = self._shown(source, request).filter(pk__in=keys)
            if described:
                queryset = with_relations(queryset, source.relations)
                queryset = queryset.prefetch_related(*source.prefetches)
            for item in queryset:
                found[source.item_id(item.pk)] = item
        return found

    def visible_ids(self) -> Iterator[str]:
        for source in self.sources:
            queryset = available(base_queryset(source), None)
            keys = queryset.order_by().values_list("pk", flat=True)
            for key in keys.iterator(chunk_size=CHUNK):
                yield source.item_id(key)

    def newest_ids(self, n: int) -> list[str]:
        """See `Catalog.newest_ids`; by creation where that is a column, else by key."""
        found: list[str] = []
        for source in self.sources:
            created = source.readers["created_at"].lookup
            order = [f"-{name}" for name in (created, "pk") if name]
            queryset = available(base_queryset(source), None).order_by(*order)
            keys = queryset.values_list("pk", flat=True)[:n]
            found += [source.item_id(key) for key in keys]
        return found[:n]

    def records(self, fields: Collection[str] = FIELD_NAMES) -> Iterator[ItemRecord]:
        for source in self.sources:
            source = source.reading(fields)
            if all(r.lookup or r is NO_FIELD for r in source.readers.values()):
                yield from records_by_sql(source)
            else:
                yield from records_by_instances(source)

    def describe(self, item: Any) -> ItemRecord:
        return describe(self._source_for(item), item)

    def title_of(self, item: Any) -> str:
        """See `Catalog.title_of`; reads nothing but the title."""
        title: str = read_field(self._source_for(item), item, "title")
        return title

    def _shown(self, source: ItemSource, request: HttpRequest | None) -> QuerySet[Any]:
        """Return what may be shown now; prepared once where no code has a say.

        Putting the same filters together on every page takes longer than to run them.
        """
        if source.prefix not in self._prepared:
            is_fixed = has_plain_manager(source.model) and rule_is_fixed()
            fixed = available(base_queryset(source), None) if is_fixed else None
            self._prepared[source.prefix] = fixed
        fixed = self._prepared[source.prefix]
        return available(base_queryset(source), request) if fixed is None else fixed

    @cached_property
    def _prepared(self) -> dict[str, QuerySet[Any] | None]:
        return {}

    def _source_for(self, item: Any) -> ItemSource:
        source = self._source_of(type(item))
        if source is None:
            raise ConfigurationError(f"{type(item)!r} is no item model.")
        return source

    def _source_of(self, model: type[Model]) -> ItemSource | None:
        for source in self.sources:
            if issubclass(model, source.model):
                return source
        return None

    def _is_to_item(self, field: Any) -> bool:
        return (
            isinstance(field, ForeignKey)
            and isinstance(field.related_model, type)
            and self._source_of(field.related_model) is not None
        )

    def _canonical(self, item: Model) -> Model | None:
        path = get_settings().CANONICAL
        if path is None:
            return item
        canonical: Model | None = import_string(path)(item)
        return canonical

    def _id_of_instance(self, item: Model) -> str:
        for source in self.sources:
            if isinstance(item, source.model):
                return source.item_id(item.pk)
        raise ConfigurationError(
            f"{item._meta.label} is none of {get_settings().item_models}: name a "
            "function in RECSYS['CANONICAL'] that turns it into one."
        )

    def _id_of_key(self, key: Any) -> str:
        text = str(key)
        if any(source.primary_key(text) is not None for source in self.sources):
            return text
        raise ConfigurationError(
            f"{key!r} is no id of {get_settings().item_models}; with several item "
            "models an id is written 'app.model:pk'."
        )


def batches(values: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Cut distinct values into lists of at most `size`."""
    distinct = list(dict.fromkeys(values))
    for start in range(0, len(distinct), size):
        yield distinct[start : start + size]
