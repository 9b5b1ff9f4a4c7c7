"""The catalog that is built from the RECSYS settings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldError, ValidationError
from django.db.models import ForeignKey, Model, QuerySet
from django.db.models.fields.files import FieldFile
from django.db.models.manager import BaseManager
from django.http import HttpRequest
from django.utils import timezone
from django.utils.module_loading import import_string

from django_recsys.conf import get_settings
from django_recsys.exceptions import ConfigurationError

from .base import Catalog, ItemRecord
from .fields import FIELD_NAMES, NO_FIELD, FieldReader, guess_reader, make_reader

CHUNK = 2000
KEYS_PER_QUERY = 500  # SQLite once stopped at 999 parameters


@dataclass(frozen=True, slots=True)
class ItemSource:
    """One item model of the host and how its fields are read."""

    model: type[Model]
    prefix: str
    """Begins the ids of this model; "" where it is the only one."""
    readers: Mapping[str, FieldReader]

    def item_id(self, primary_key: Any) -> str:
        """Return the text key of a primary key."""
        return f"{self.prefix}{primary_key}"

    def primary_key(self, item_id: str) -> Any:
        """Return the primary key in an item id; None where it cannot be one."""
        if not item_id.startswith(self.prefix):
            return None
        try:
            return self.model._meta.pk.to_python(item_id[len(self.prefix) :])
        except ValidationError:
            return None

    def reading(self, fields: Collection[str]) -> ItemSource:
        """Return a source that reads only some of the fields."""
        readers = {n: r for n, r in self.readers.items() if n in fields}
        return replace(self, readers=readers)

    @property
    def relations(self) -> tuple[str, ...]:
        """To-one relations that describing an instance follows."""
        found = {name: None for r in self.readers.values() for name in r.relations}
        return tuple(found)

    @property
    def prefetches(self) -> tuple[str, ...]:
        """To-many relations that describing an instance follows."""
        multiple = (r for r in self.readers.values() if r.is_multiple)
        return tuple({"__".join(r.parts[:-1]) or r.parts[0]: None for r in multiple})


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
        """See `Catalog.item_id`."""
        if not isinstance(item, Model):
            return self._id_of_key(item)
        canonical = self._canonical(item)
        if canonical is None:
            raise ConfigurationError(
                f"RECSYS['CANONICAL'] gives nothing for {item!r}: return an item."
            )
        return self._id_of_instance(canonical)

    def canonical_ids(self, model: Any, primary_keys: Iterable[Any]) -> dict[Any, str]:
        """See `Catalog.canonical_ids`."""
        source = self._source_of(model)
        if source is not None and get_settings().CANONICAL is None:
            return {key: source.item_id(key) for key in primary_keys}
        found: dict[Any, str] = {}
        relations = [f.name for f in model._meta.get_fields() if self._is_to_item(f)]
        queryset = model._base_manager.select_related(*relations)
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
        """See `Catalog.visible`."""
        found: dict[str, Any] = {}
        for source in self.sources:
            keys = [source.primary_key(item_id) for item_id in item_ids]
            keys = [key for key in keys if key is not None]
            if not keys:
                continue
            queryset = self._shown(source, request).filter(pk__in=keys)
            if described:
                queryset = queryset.select_related(*source.relations)
                queryset = queryset.prefetch_related(*source.prefetches)
            for item in queryset:
                found[source.item_id(item.pk)] = item
        return found

    def visible_ids(self) -> Iterator[str]:
        """See `Catalog.visible_ids`."""
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
        """See `Catalog.records`."""
        for source in self.sources:
            source = source.reading(fields)
            if all(r.lookup or r is NO_FIELD for r in source.readers.values()):
                yield from records_by_sql(source)
            else:
                yield from records_by_instances(source)

    def describe(self, item: Any) -> ItemRecord:
        """See `Catalog.describe`."""
        return describe(self._source_for(item), item)

    def title_of(self, item: Any) -> str:
        """See `Catalog.title_of`; reads nothing but the title."""
        return as_text(self._source_for(item).readers["title"].read(item))

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


def make_source(label: str, *, several: bool) -> ItemSource:
    """Work out how one item model is read."""
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError) as error:
        raise ConfigurationError(
            f"RECSYS['ITEM_MODEL'] names {label!r}, which is no installed model."
        ) from error
    configured = get_settings().ITEM_FIELDS
    readers = {}
    for name in FIELD_NAMES:
        if name not in configured:
            readers[name] = guess_reader(model, name)
            continue
        try:
            readers[name] = make_reader(model, configured[name])
        except (AttributeError, ImportError) as error:
            raise ConfigurationError(
                f"RECSYS['ITEM_FIELDS'][{name!r}] = {configured[name]!r}: {error}"
            ) from error
    prefix = f"{model._meta.label_lower}:" if several else ""
    return ItemSource(model, prefix, readers)


def base_queryset(source: ItemSource) -> QuerySet[Any]:
    """Return all items of a source, as the host wants them read."""
    path = get_settings().ITEM_QUERYSET
    if path is None:
        queryset: QuerySet[Any] = source.model._default_manager.all()
        return queryset
    queryset = import_string(path)()
    if issubclass(queryset.model, source.model):
        return queryset
    return source.model._default_manager.all()


def has_plain_manager(model: type[Model]) -> bool:
    """Say whether the model's manager gives the same queryset at any time."""
    own = type(model._default_manager).get_queryset
    return own is BaseManager.get_queryset


def rule_is_fixed() -> bool:
    """Say whether no function of the host decides what is read or shown."""
    settings = get_settings()
    return settings.ITEM_QUERYSET is None and not isinstance(settings.AVAILABLE, str)


def available(queryset: QuerySet[Any], request: HttpRequest | None) -> QuerySet[Any]:
    """Keep what may be shown now, by the host's rule."""
    rule = get_settings().AVAILABLE
    if rule is None:
        return queryset
    if isinstance(rule, Mapping):
        try:
            return queryset.filter(**rule)
        except FieldError as error:
            raise ConfigurationError(f"RECSYS['AVAILABLE']: {error}") from error
    restricted: QuerySet[Any] = import_string(rule)(queryset, request)
    return restricted


def records_by_sql(source: ItemSource) -> Iterator[ItemRecord]:
    """Read columns only; one query, and one more for each to-many field."""
    single = [n for n, r in source.readers.items() if r.lookup and not r.is_multiple]
    multiple = {
        name: names_by_key(source, reader.lookup)
        for name, reader in source.readers.items()
        if reader.is_multiple
    }
    lookups = [source.readers[name].lookup for name in single]
    rows = base_queryset(source).order_by().values_list("pk", *lookups)
    for key, *values in rows.iterator(chunk_size=CHUNK):
        found: dict[str, Any] = dict(zip(single, values, strict=True))
        found |= {name: names.get(key, []) for name, names in multiple.items()}
        yield make_record(source.item_id(key), found)


def names_by_key(source: ItemSource, lookup: str) -> dict[Any, list[Any]]:
    """Read one to-many field of all items."""
    names: dict[Any, list[Any]] = defaultdict(list)
    rows = base_queryset(source).order_by().values_list("pk", lookup)
    for key, name in rows.iterator(chunk_size=CHUNK):
        if name is not None:
            names[key].append(name)
    return names


def records_by_instances(source: ItemSource) -> Iterator[ItemRecord]:
    """Read instances with their relations, for fields that only Python can give."""
    queryset = base_queryset(source).order_by().select_related(*source.relations)
    queryset = queryset.prefetch_related(*source.prefetches)
    for item in queryset.iterator(chunk_size=CHUNK):
        yield describe(source, item)


def describe(source: ItemSource, item: Any) -> ItemRecord:
    """Read every described field of one instance."""
    values = {name: reader.read(item) for name, reader in source.readers.items()}
    return make_record(source.item_id(item.pk), values)


def make_record(item_id: str, values: Mapping[str, Any]) -> ItemRecord:
    """Bring a host's values into the types of a record."""
    return ItemRecord(
        item_id=item_id,
        price=as_price(values.get("price")),
        created_at=as_moment(values.get("created_at")),
        **{
            name: as_text(values.get(name))
            for name in FIELD_NAMES
            if name not in ("price", "created_at")
        },
    )


def as_text(value: Any) -> str:
    """Return text; several names are joined by "|", files give their address."""
    if value is None:
        return ""
    if isinstance(value, FieldFile):
        return value.url if value else ""
    if isinstance(value, (list, tuple)):
        return "|".join(as_text(single) for single in value)
    return str(value)


def as_price(value: Any) -> Decimal | None:
    """Return a decimal number, None where the host's value is none."""
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        return None


def as_moment(value: Any) -> datetime | None:
    """Return an aware moment of a date or a datetime."""
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time.min)
    if not isinstance(value, datetime):
        return None
    return timezone.make_aware(value) if timezone.is_naive(value) else value


def batches(values: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Cut distinct values into lists of at most `size`."""
    distinct = list(dict.fromkeys(values))
    for start in range(0, len(distinct), size):
        yield distinct[start : start + size]
