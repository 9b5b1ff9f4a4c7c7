"""Whole catalogues and single instances as records."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import DatabaseError
from django.db.models import FileField, Model
from django.db.models.fields.files import FieldFile
from django.utils import timezone
from django.utils.functional import Promise

from django_recsys.resilience.log_once import report_once

from .base import ItemRecord
from .fields import FIELD_NAMES
from .sources import ItemSource, base_queryset, with_relations

CHUNK = 2000


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
    queryset = with_relations(base_queryset(source).order_by(), source.relations)
    queryset = queryset.prefetch_related(*source.prefetches)
    for item in queryset.iterator(chunk_size=CHUNK):
        yield describe(source, item)


def describe(source: ItemSource, item: Any) -> ItemRecord:
    """Read every described field of one instance; one that fails stays empty."""
    values = {name: read_field(source, item, name) for name in source.readers}
    return ItemRecord(item_id=source.item_id(item.pk), **values)


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with a field of some items."""

    count: int
    item_id: str
    """The first of them."""
    error: str


def find_problems(
    source: ItemSource, items: Sequence[Any]
) -> Mapping[str, FieldProblem]:
    """Return the fields that cannot be read of some of these items."""
    found: dict[str, FieldProblem] = {}
    for item in items:
        for name, reader in source.readers.items():
            try:
                value = reader.read(item)
                if name != "image" or not value or as_address(value):
                    CONVERTERS[name](value)
                    continue
                error = f"{value!r} has no address"
            except DatabaseError:
                raise
            except Exception as raised:
                error = f"{type(raised).__name__}: {raised}"
            first = found.get(name, FieldProblem(0, source.item_id(item.pk), error))
            found[name] = replace(first, count=first.count + 1)
    return found


def read_field(source: ItemSource, item: Any, name: str) -> Any:
    """Read one field in the type that a record wants.

    What the shop's own code raises for one item must not cost a page its list: the
    field is left empty, and the log names the item. A database's error is passed on,
    since no further query of the transaction would succeed.
    """
    try:
        return CONVERTERS[name](source.readers[name].read(item))
    except DatabaseError:
        raise
    except Exception:
        label = source.model._meta.label
        report_once(
            f"field:{label}.{name}",
            "The %s of %s %r could not be read and is left out.",
            name,
            label,
            item.pk,
        )
        return CONVERTERS[name](None)


def make_record(item_id: str, values: Mapping[str, Any]) -> ItemRecord:
    """Bring a host's values into the types of a record."""
    fields = {name: CONVERTERS[name](values.get(name)) for name in FIELD_NAMES}
    return ItemRecord(item_id=item_id, **fields)


def as_text(value: Any) -> str:
    """Return text; several names are sorted and joined by "|", a file is its address.

    Sorted, since databases give related rows in any order.
    """
    if value is None:
        return ""
    if isinstance(value, FieldFile):
        return value.url if value else ""
    if isinstance(value, (list, tuple)):
        return "|".join(sorted(as_text(single) for single in value))
    return str(value)


def as_address(value: Any) -> str:
    """Return the address of a picture: of a file, of a row with one, of the first.

    A text is taken as it is: a path of the shop's, or an address elsewhere. An object
    that has no file has no address; what it prints as is a title.
    """
    if isinstance(value, (list, tuple)):
        return next(filter(None, map(as_address, value)), "")
    if isinstance(value, Model):
        files = [f for f in value._meta.fields if isinstance(f, FileField)]
        return as_address([getattr(value, field.attname) for field in files])
    if isinstance(value, FieldFile):
        return as_text(value)
    address = getattr(value, "url", value)  # as of a thumbnail of easy-thumbnails
    return str(address) if isinstance(address, (str, Promise)) else ""


def as_price(value: Any) -> Decimal | None:
    """Return a finite decimal number, None where the host's value is none."""
    try:
        price = None if value is None else Decimal(str(value))
    except InvalidOperation:
        return None
    return price if price is not None and price.is_finite() else None


def as_moment(value: Any) -> datetime | None:
    """Return an aware moment of a date or a datetime."""
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time.min)
    if not isinstance(value, datetime):
        return None
    return timezone.make_aware(value) if timezone.is_naive(value) else value


CONVERTERS: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(FIELD_NAMES, as_text),
    "image": as_address,
    "price": as_price,
    "created_at": as_moment,
}
