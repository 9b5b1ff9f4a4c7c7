"""The host's item models: how each is read, and what of it may be shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, FieldError, ValidationError
from django.db.models import Model, QuerySet
from django.db.models.manager import BaseManager
from django.http import HttpRequest
from django.utils.module_loading import import_string

from django_recsys.conf import get_settings
from django_recsys.exceptions import ConfigurationError

from .fields import FIELD_NAMES, FieldReader, guess_reader, make_reader


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


def with_relations(queryset: QuerySet[Any], relations: Sequence[str]) -> QuerySet[Any]:
    """Join these relations; `select_related` without any would join all there are."""
    return queryset.select_related(*relations) if relations else queryset


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
            return filtered(queryset, rule)
        except FieldError as error:
            raise ConfigurationError(f"RECSYS['AVAILABLE']: {error}") from error
    restricted: QuerySet[Any] = import_string(rule)(queryset, request)
    return restricted


def filtered(queryset: QuerySet[Any], rule: Mapping[str, Any]) -> QuerySet[Any]:
    """Apply lookups; an item with several matching variants still comes once."""
    model = queryset.model
    if not any(leads_to_many(model, lookup) for lookup in rule):
        return queryset.filter(**rule)
    matching = model._base_manager.using(queryset.db).filter(**rule)
    return queryset.filter(pk__in=matching.values("pk"))


def leads_to_many(model: Any, lookup: str) -> bool:
    """Say whether a lookup can find several rows for one item."""
    for part in lookup.split("__"):
        try:
            field = model._meta.get_field(part)
        except FieldDoesNotExist:
            return False
        if field.one_to_many or field.many_to_many:
            return True
        if not field.is_relation:
            return False
        model = field.related_model
    return False
