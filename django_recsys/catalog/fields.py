"""How one described field of an item is read: by SQL where that is possible."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db.models import Manager, Model, QuerySet
from django.db.models.fields.files import FieldFile
from django.utils.module_loading import import_string

FIELD_NAMES = (
    "title",
    "category",
    "brand",
    "price",
    "description",
    "image",
    "url",
    "created_at",
)

# Tried in this order where RECSYS["ITEM_FIELDS"] says nothing.
GUESSES: dict[str, tuple[str, ...]] = {
    "title": ("title", "name", "label"),
    "category": (
        "category__name",
        "category__title",
        "categories__name",
        "categories__title",
        "category",
    ),
    "brand": ("brand__name", "brand__title", "brand", "manufacturer"),
    "price": ("price", "unit_price", "price_incl_tax", "base_price"),
    "description": ("description", "summary", "body"),
    "image": ("image", "photo", "picture", "thumbnail", "main_image", "images"),
    "url": ("get_absolute_url", "get_url", "url"),
    "created_at": ("created_at", "created", "date_created", "created_on"),
}


@dataclass(frozen=True, slots=True)
class FieldReader:
    """How a described field is read from an item model."""

    path: str
    """As written in the settings; "" where the host has no such field."""
    parts: tuple[str, ...] = ()
    """Steps from an instance to the value; empty for a function."""
    function: Callable[[Any], Any] | None = None
    lookup: str = ""
    """The ORM lookup that gives the same value, "" where only Python can."""
    is_multiple: bool = False
    """Whether the lookup gives several rows per item."""
    relations: tuple[str, ...] = ()
    """To-one relations on the way, to be joined where instances are read."""

    def read(self, item: Any) -> Any:
        """Return the value of one instance; None where a step is missing."""
        if self.function is not None:
            return self.function(item)
        value = item if self.parts else None
        for part in self.parts:
            value = step(value, part)
            if value is None:
                return None
        return value


NO_FIELD = FieldReader("")


def step(value: Any, name: str) -> Any:
    """Follow one attribute; managers give all, methods are called without arguments."""
    if isinstance(value, list):
        found = [step(single, name) for single in value]
        return [single for single in found if single is not None]
    try:
        value = getattr(value, name)
    except ObjectDoesNotExist:
        return None
    if isinstance(value, Manager):
        return list(value.all())
    if isinstance(value, QuerySet):
        return list(value)
    if callable(value) and not isinstance(value, (Model, FieldFile)):
        return value()
    return value


def make_reader(model: type[Model], path: str | Callable[[Any], Any]) -> FieldReader:
    """Work out how `path` is read from `model`.

    A lookup ("category__name"), an attribute path ("brand.label", "get_price") or a
    dotted path to a function of the item. Raises `AttributeError` or `ImportError`,
    naming the part that does not exist.
    """
    if not isinstance(path, str):
        return FieldReader(repr(path), function=path)
    parts = tuple(path.replace(".", "__").split("__"))
    if "." in path and not hasattr(model, parts[0]):
        return FieldReader(path, function=import_string(path))
    return reader_of_parts(model, path, parts)


def reader_of_parts(
    model: type[Model], path: str, parts: tuple[str, ...]
) -> FieldReader:
    """Follow the steps through the models and note what SQL can do for them."""
    current: type[Model] | None = model
    relations: list[str] = []
    is_multiple = is_column = False
    for position, part in enumerate(parts):
        if current is None:
            break
        try:
            field = current._meta.get_field(part)
        except FieldDoesNotExist:
            if not hasattr(current, part):
                raise AttributeError(f"{current._meta.label} has no {part!r}") from None
            is_column = False
            break
        is_multiple |= bool(field.one_to_many or field.many_to_many)
        is_column = not field.is_relation and position == len(parts) - 1
        if field.is_relation and not is_multiple and field.concrete:
            relations.append("__".join(parts[: position + 1]))
        related = field.related_model if field.is_relation else None
        current = related if isinstance(related, type) else None
    return FieldReader(
        path,
        parts=parts,
        lookup="__".join(parts) if is_column else "",
        is_multiple=is_multiple,
        relations=tuple(relations),
    )


def guess_reader(model: type[Model], name: str) -> FieldReader:
    """Find a common field name that the model has; `NO_FIELD` where there is none."""
    for path in GUESSES[name]:
        try:
            reader = make_reader(model, path)
        except (AttributeError, ImportError):
            continue
        # "brand__name" fits no model whose brand is a column.
        if len(reader.parts) == 1 or reader.relations or reader.is_multiple:
            return reader
    return NO_FIELD
