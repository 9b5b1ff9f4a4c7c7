"""Tags that show lists: `{% load recsys %}`.

Every tag renders a block, or with `as name` gives the list of the host's instances in
rank order. All take `n` (how many), `exclude` (an item or several that are on the page
already) and `title` (in place of the placement's).
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django import template
from django.db.models import Manager, Model
from django.template import Context

from django_recsys.models import is_visitor_key
from django_recsys.serving import Answer, recommend_for
from django_recsys.tracking import visitor_key_for, visitor_of

from .placement_node import placement_tag

register = template.Library()
tag = placement_tag(register)


@tag
def recommended_products(context: Context, user: Any = None, **options: Any) -> Answer:
    """Show what suits this visitor."""
    return ask(context, "recommended", user=user, **options)


@tag
def buy_again(context: Context, user: Any = None, **options: Any) -> Answer:
    """Show what this visitor buys regularly."""
    return ask(context, "buy-again", user=user, **options)


@tag
def similar_products(context: Context, item: Any, **options: Any) -> Answer:
    """Show what resembles an item."""
    return ask(context, "similar", items=item, **options)


@tag
def bought_together(context: Context, items: Any, **options: Any) -> Answer:
    """Show what goes with an item, or with all of a basket."""
    return ask(context, "bought-together", items=items, **options)


@tag
def trending_products(context: Context, **options: Any) -> Answer:
    """Show what sells more than before."""
    return ask(context, "trending", **options)


@tag
def recently_viewed_products(context: Context, **options: Any) -> Answer:
    """Show what this visitor looked at last."""
    return ask(context, "recently-viewed", **options)


@tag
def because_you_viewed(context: Context, **options: Any) -> Answer:
    """Show what resembles the things that this visitor looked at last."""
    return ask(context, "because-you-viewed", **options)


@tag
def recommendations(
    context: Context, key: str, *, item: Any = None, items: Any = (), **options: Any
) -> Answer:
    """Show any placement by its key."""
    return ask(context, key, items=[*several(item), *several(items)], **options)


def ask(
    context: Context,
    key: str,
    *,
    described: bool,
    user: Any = None,
    items: Any = (),
    n: int | str | None = None,
    exclude: Any = (),
    title: str | None = None,
) -> Answer:
    """Ask serving on behalf of the visitor of the page."""
    request = context.get("request")
    answer = recommend_for(
        key,
        visitor_key=key_of_visitor(request, user),
        items=several(items),
        n=int(n) if n else None,
        exclude=several(exclude),
        request=request,
        described=described,
    )
    return replace(answer, title=title) if title else answer


def key_of_visitor(request: Any, user: Any) -> str | None:
    """Return the key of `user`, and of the page's visitor where that is the same.

    The page's visitor may be a guest, whom only the request knows. A shop without
    accounts gives a key, as `email_key(address)` makes it. An undefined variable
    arrives as an empty text, which is as good as no user.
    """
    if isinstance(user, str) and is_visitor_key(user):
        return user
    is_account = getattr(user, "pk", None) is not None
    if request is not None and (is_visitor(request, user) or not is_person(user)):
        return visitor_of(request).key
    return visitor_key_for(user) if is_account else None


def is_person(user: Any) -> bool:
    """Say whether this is an account or Django's AnonymousUser."""
    return hasattr(user, "is_authenticated")


def is_visitor(request: Any, user: Any) -> bool:
    """Say whether `user` is who sent the request."""
    visitor = getattr(request, "user", None)
    if visitor is None:
        return not getattr(user, "pk", None)
    return is_person(user) and visitor.pk == user.pk


def several(value: Any) -> Iterable[Any]:
    """Return one item, or an iterable of them, as an iterable; nothing for nothing."""
    if value is None or value == "":
        return ()
    if isinstance(value, (Model, str, int)):
        return (value,)
    if isinstance(value, Manager):
        return value.all()
    return value if isinstance(value, Iterable) else (value,)
