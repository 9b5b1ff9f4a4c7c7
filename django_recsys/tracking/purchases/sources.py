"""RECSYS["PURCHASES"] understood: which model holds the lines, what leads where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, FieldError
from django.core.signals import setting_changed
from django.db.models import F, Field, Model, QuerySet, TextField, Value
from django.dispatch import receiver

from django_recsys.conf import get_settings
from django_recsys.exceptions import ConfigurationError

from .raw_columns import field_at_end, raw

LOOKUPS = ("item", "at", "user", "email", "reference", "line", "quantity", "price")
NAMES = ("pk", *LOOKUPS)
"""What is read of a line, in this order."""
CONVERTED_ONCE = ("at", "price")
"""Values that many lines share, and that are slow to convert."""
REQUIRED = ("model", "item", "at")
KNOWN = frozenset({"model", "where", *LOOKUPS})


@dataclass(frozen=True, eq=False)
class PurchaseSource:
    """One model of order lines, and the lookups from a line to what we store."""

    model: type[Model]
    item_model: Any
    """What the lookup `item` leads to: the item model, or a variant of it."""
    lookups: Mapping[str, str]
    """Name of a value to its lookup; only those that the host has."""
    where: Mapping[str, Any] = field(default_factory=dict)

    def event_id(self, line: Any) -> str:
        """Return the key of one line: the same by every road."""
        return f"{self.model._meta.label_lower}:{line}"

    def lines(self, **conditions: Any) -> QuerySet[Any]:
        """Return the lines that count as bought."""
        return self.model._default_manager.filter(**self.where, **conditions)

    def values(self, lines: QuerySet[Any]) -> QuerySet[Any]:
        """Return, for each line, what `NAMES` tells, as the database driver gives it.

        Lookups that the host does not have give None.
        """
        return lines.values_list(*self.expressions)

    @cached_property
    def expressions(self) -> tuple[Any, ...]:
        """The expression of each of `NAMES`, in this order."""
        return tuple(self._expression(name) for name in NAMES)

    def _expression(self, name: str) -> Any:
        path = self.lookups.get(name)
        if path is None:
            return Value(None, output_field=TextField())
        return raw(path) if self.raw_field(name) is not None else F(path)

    def raw_field(self, name: str) -> Field[Any, Any] | None:
        """Return the column of a value that is read raw; None for the others."""
        path = self.lookups.get(name)
        if path is None or name not in CONVERTED_ONCE:
            return None
        return field_at_end(self.model, path)


@cache
def purchase_sources() -> tuple[PurchaseSource, ...]:
    """Return the sources of the settings; raises `ConfigurationError`."""
    return tuple(make_source(given) for given in get_settings().purchase_sources)


@receiver(setting_changed, dispatch_uid="django_recsys.tracking.purchases.sources")
def forget_sources(*, setting: str, **kwargs: Any) -> None:
    """Read PURCHASES again after a test has overridden it."""
    if setting == "RECSYS":
        purchase_sources.cache_clear()


def make_source(given: Mapping[str, Any]) -> PurchaseSource:
    """Understand one dict of PURCHASES; raises `ConfigurationError`."""
    missing = [name for name in REQUIRED if not given.get(name)]
    if missing:
        raise ConfigurationError(
            f"RECSYS['PURCHASES'] lacks {', '.join(missing)}: name the model of your "
            "order lines, the lookup to the item, and the one to the moment of buying."
        )
    model = get_model(given["model"])
    lookups = {"pk": "pk", "line": "pk"}
    item_model = None
    for name in LOOKUPS:
        path = given.get(name)
        if path is None:
            continue
        lookups[name], related = resolve(model, name, path)
        if name == "item":
            item_model = related or only_item_model(path)
    where = given.get("where") or {}
    try:
        model._default_manager.filter(**where)
    except (FieldError, TypeError, ValueError) as error:
        raise ConfigurationError(f"RECSYS['PURCHASES']['where']: {error}") from error
    return PurchaseSource(model, item_model, lookups, where)


def get_model(label: Any) -> type[Model]:
    """Return the model of order lines."""
    try:
        return apps.get_model(label)
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            f"RECSYS['PURCHASES'] names the model {label!r}, which is not installed: "
            "write it as 'orders.OrderLine'."
        ) from error


def only_item_model(path: str) -> type[Model]:
    """Return the item model, for a lookup that ends in a plain column of its keys."""
    labels = get_settings().item_models
    if len(labels) != 1:
        raise ConfigurationError(
            f"RECSYS['PURCHASES']['item'] = {path!r} leads to no relation: name a "
            "foreign key to the item or to a variant of it."
        )
    try:
        return apps.get_model(labels[0])
    except (LookupError, ValueError) as error:
        raise ConfigurationError(f"RECSYS['ITEM_MODEL']: {error}") from error


def resolve(model: type[Model], name: str, path: Any) -> tuple[str, Any]:
    """Return the lookup of a path, and the model that it leads to.

    A path that ends in a relation gives the primary key; a plain column leads to None.
    """
    refuse_generic(model, name, path)
    try:
        model._default_manager.values_list(path)
    except (FieldError, AttributeError, TypeError) as error:
        raise ConfigurationError(
            f"RECSYS['PURCHASES'][{name!r}] = {path!r}: {error}"
        ) from error
    related = model_at_end(model, path)
    if related is None:
        return path, None
    is_key = path.split("__")[-1] in ("pk", related._meta.pk.name)
    return (path if is_key else f"{plain(model, path)}__pk"), related


def refuse_generic(model: Any, name: str, path: Any) -> None:
    """Refuse a generic relation, which no query can follow, with the way out."""
    current = model
    for part in str(path).split("__"):
        try:
            found = current._meta.get_field(part)
        except (FieldDoesNotExist, AttributeError):
            return
        if found.is_relation and found.related_model is None:  # a GenericForeignKey
            raise ConfigurationError(
                f"RECSYS['PURCHASES'][{name!r}] = {path!r}: {part} is a generic "
                "relation, which no query can follow. Name the column of its key, as "
                f"'{getattr(found, 'fk_field', 'object_id')}', and keep other models "
                f"out by 'where': {{'{getattr(found, 'ct_field', 'content_type')}"
                "__model': 'product'}; or write a HISTORY."
            )
        current = found.related_model


def model_at_end(model: Any, path: str) -> Any:
    """Return the model whose primary key a path gives, None where it is no key."""
    current: Any = model
    related = None
    for part in path.split("__"):
        if part == "pk":
            continue
        try:
            found = current._meta.get_field(part)
        except (FieldDoesNotExist, AttributeError):
            return None  # a transform, for instance into JSON
        if not found.is_relation:
            return related if found.primary_key else None
        related = current = found.related_model
    return related


def plain(model: Any, path: str) -> str:
    """Write a path with the names of its fields: "product_id" becomes "product"."""
    names = []
    for part in path.split("__"):
        found = model._meta.get_field(part)
        names.append(found.name)
        model = found.related_model
    return "__".join(names)
