"""Listens to the host, translates, and never raises back into its pages."""

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.db.models import Model
from django.db.models.signals import post_delete, post_save
from django.dispatch import Signal

from django_recsys import signals
from django_recsys.catalog import get_catalog
from django_recsys.conf import get_settings
from django_recsys.database.deadline import within_deadline
from django_recsys.exceptions import NotAnsweringError
from django_recsys.models import Interaction

from .error_boundary import never_raises
from .identity.merging import merge_guest
from .identity.visitors import email_key, visitor_key_for
from .on_commit import after_commit
from .privacy.erasure import erase_item, erase_visitor
from .purchases.live_hook import line_was_saved
from .purchases.sources import purchase_sources
from .recording.record import record_interaction

logger = logging.getLogger("django_recsys")

KINDS: tuple[tuple[Signal, str], ...] = (
    (signals.item_viewed, Interaction.Kind.VIEW.value),
    (signals.item_added_to_cart, Interaction.Kind.CART_ADD.value),
    (signals.item_purchased, Interaction.Kind.PURCHASE.value),
    (signals.item_removed, Interaction.Kind.REMOVAL.value),
    (signals.item_rated, Interaction.Kind.RATING.value),
    (signals.item_liked, Interaction.Kind.LIKE.value),
    (signals.item_returned, Interaction.Kind.RETURN.value),
)
ERASING_SECONDS = 2.0
"""How long the page that deletes an account waits; it is not one of those browsed."""
NOT_ERASED = (
    "django_recsys could not erase %s, which the shop has deleted: call %s(%r) of "
    "django_recsys.tracking when the database answers."
)

ARGUMENTS = (
    "item",
    "user",
    "request",
    "visitor_key",
    "quantity",
    "value",
    "price",
    "occurred_at",
    "event_id",
    "reference",
)


def connect_tracking() -> None:
    """Connect every receiver; called when all models are loaded.

    A wrong setting connects less and is reported by the system checks.
    """
    for signal, kind in KINDS:
        listen(signal, partial(on_signal, kind), f"signal.{kind}")
    listen(user_logged_in, on_login, "login")
    for model in classes_of(settings.AUTH_USER_MODEL):
        listen(post_delete, on_user_deleted, "user_deleted", model)
    for label in get_settings().item_models:
        for model in classes_of(label):
            listen(post_delete, on_item_deleted, "item_deleted", model)
    for given in get_settings().purchase_sources:
        label = given.get("model") if isinstance(given, Mapping) else None
        for model in classes_of(label):
            listen(post_save, on_line_saved, "line_saved", model)


def listen(
    signal: Signal,
    receiver: Callable[..., None],
    name: str,
    sender: type[Model] | None = None,
) -> None:
    """Connect one receiver, once however often the app is set up."""
    uid = f"django_recsys.tracking.{name}"
    signal.connect(receiver, sender=sender, weak=False, dispatch_uid=uid)


def classes_of(label: Any) -> list[type[Model]]:
    """Return a model, its proxies and its children: each sends as its own class.

    None where the label is wrong.
    """
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError, TypeError, AttributeError):
        return []
    concrete = model._meta.concrete_model or model
    return [found for found in apps.get_models() if issubclass(found, concrete)]


@never_raises("record an interaction")
def on_signal(kind: str, **sent: Any) -> None:
    """Record what a host's signal tells."""
    given = {name: sent[name] for name in ARGUMENTS if sent.get(name) is not None}
    given.setdefault("item", None)
    record_interaction(kind=kind, **given)


@never_raises("join a guest's history to the account")
def on_login(*, request: Any = None, user: Any = None, **sent: Any) -> None:
    """Join what the guest did to the account."""
    if request is not None and user is not None and get_settings().ENABLED:
        merge_guest(request, visitor_key_for(user))


@never_raises("erase a deleted user")
def on_user_deleted(*, instance: Any, using: str, **sent: Any) -> None:
    """Erase a user that the host deletes, also while RECSYS is switched off."""
    keys = [visitor_key_for(instance)]
    column = getattr(instance, "get_email_field_name", lambda: "email")()
    address = getattr(instance, column, "")
    if address:  # what the same person bought before there was the account
        keys.append(email_key(address))
    for key in keys:
        after_commit(partial(erase, erase_visitor, key), using=using)


@never_raises("erase a deleted item")
def on_item_deleted(*, instance: Any, using: str, **sent: Any) -> None:
    """Erase an item that the host deletes; a variant of a living item stays."""
    item_id = get_catalog().item_id(instance)
    if item_id.rpartition(":")[2] == str(instance.pk):
        after_commit(partial(erase, erase_item, item_id), using=using)


def erase(function: Callable[[str], Any], key: str) -> None:
    """Erase now; each failure is logged by name, so that it can be repeated."""
    try:
        within_deadline(partial(function, key), seconds=ERASING_SECONDS)
    except NotAnsweringError as error:
        if error.late is None:
            logger.error(NOT_ERASED, key, function.__name__, key)
        else:
            logger.warning("Erasing %s takes long; it goes on meanwhile.", key)
    except Exception:
        logger.exception(NOT_ERASED, key, function.__name__, key)


@never_raises("record an order line")
def on_line_saved(
    *, sender: type[Model], instance: Any, raw: bool, using: str, **sent: Any
) -> None:
    """Record an order line that was created or changed; fixtures tell nothing."""
    if raw or not get_settings().ENABLED:
        return
    for source in purchase_sources():
        if issubclass(sender, source.model._meta.concrete_model):
            line_was_saved(source, instance.pk, using=using)
