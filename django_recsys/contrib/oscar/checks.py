"""RECSYS_OSCAR, and whether this is an Oscar shop at all."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, Warning, register
from oscar.apps.catalogue.abstract_models import AbstractProduct

from django_recsys.conf import get_settings

from .conf import OscarSettings, configured, is_usable


def message(number: str, sentence: str, hint: str) -> CheckMessage:
    """Return an error ("E051") or a warning ("W051")."""
    level = Error if number.startswith("E") else Warning
    return level(sentence, hint=hint, id=f"django_recsys.{number}")


def is_oscar() -> bool:
    """Say whether the app `catalogue` is Oscar's, or a fork: others use the name."""
    try:
        model = apps.get_model("catalogue", "Product")
    except LookupError:
        return False
    return issubclass(model, AbstractProduct)


@register("recsys")
def check_oscar(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Look at the project and at RECSYS_OSCAR; no database is asked."""
    return [*check_shop(), *check_keys(), *check_order(), *check_catalog()]


def check_shop() -> Iterator[CheckMessage]:
    """There must be an Oscar shop."""
    if not is_oscar():
        yield message(
            "E051",
            "django_recsys.contrib.oscar is installed, but there is no Oscar shop.",
            "The model catalogue.Product must be Oscar's, or made from its "
            "AbstractProduct. Else take the app out of INSTALLED_APPS.",
        )


def check_keys() -> Iterator[CheckMessage]:
    """Every key must exist and have its type."""
    for name, value in configured().items():
        if not is_usable(name, value):
            known = ", ".join(declared.name for declared in fields(OscarSettings))
            yield message(
                "E052",
                f"RECSYS_OSCAR[{name!r}] = {value!r} cannot be used.",
                f"The keys are {known}; the guide on Oscar says what each takes.",
            )


def check_order() -> Iterator[CheckMessage]:
    """Our templates come first only if our app does."""
    order = [config.name for config in apps.get_app_configs()]
    if order.index("django_recsys.contrib.oscar") > order.index("django_recsys"):
        yield message(
            "W051",
            "django_recsys.contrib.oscar stands after django_recsys.",
            "Put it before, so that lists are drawn by Oscar's own product cards.",
        )


def check_catalog() -> Iterator[CheckMessage]:
    """Refuse a second item model, which only another catalog can know."""
    own = "django_recsys.contrib.oscar.catalogue.OscarCatalog"
    settings = get_settings()
    if own == settings.CATALOG and len(settings.item_models) > 1:
        yield message(
            "E053",
            "RECSYS['ITEM_MODEL'] is a list, but Oscar's catalogue knows its products "
            "only.",
            "Leave ITEM_MODEL out, or name a catalog of your own in RECSYS['CATALOG'].",
        )
