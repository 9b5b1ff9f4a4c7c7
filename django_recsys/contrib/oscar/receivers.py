"""Hears Oscar's signals. Oscar sends most of them without protection.

An exception here would be a 500 on the product page, and after `order_placed` an error
page for an order that stands: every receiver catches errors. `sender` is an instance of
whatever Oscar was doing, `user` a lazy object; `raw` means a fixture.
"""

from functools import partial
from typing import Any

from django.db.models.signals import post_save
from oscar.apps.basket.signals import basket_addition
from oscar.apps.catalogue.reviews.signals import review_added
from oscar.apps.catalogue.signals import product_viewed
from oscar.apps.order.signals import (
    order_line_status_changed,
    order_placed,
    order_status_changed,
)
from oscar.core.loading import get_model

from django_recsys.conf import get_settings
from django_recsys.tracking import (
    after_commit,
    line_was_saved,
    never_raises,
    purchase_sources,
    record_interaction,
)

from .conf import get_oscar_settings
from .history import basket_event, buyer_of, return_event, review_event, wish_event


def connect_oscar() -> None:
    """Listen to Oscar; forked apps share its signals, not its models."""
    for signal, receiver in (
        (product_viewed, on_viewed),
        (basket_addition, on_basket),
        (order_placed, on_order),
        (order_status_changed, on_order_status),
        (order_line_status_changed, on_line_status),
        (review_added, on_review),
    ):
        signal.connect(receiver, weak=False, dispatch_uid=uid(receiver))
    for label, receiver in (
        (("reviews", "ProductReview"), on_review_saved),
        (("wishlists", "Line"), on_wish),
    ):
        sender = get_model(*label)
        post_save.connect(
            receiver, sender=sender, weak=False, dispatch_uid=uid(receiver)
        )


def uid(receiver: Any) -> str:
    """Name a receiver, so that it is connected once."""
    return f"django_recsys.contrib.oscar.{receiver.__name__}"


@never_raises("record a view")
def on_viewed(
    sender: Any, *, product: Any, request: Any = None, raw: bool = False, **sent: Any
) -> None:
    """Record that a product page was shown."""
    if not raw and request is not None:
        record_interaction(kind="view", item=product, request=request)


@never_raises("record an addition to the basket")
def on_basket(
    sender: Any, *, product: Any, request: Any = None, raw: bool = False, **sent: Any
) -> None:
    """Record what was put into the basket: the child, as its parent."""
    if raw or request is None:
        return
    basket = getattr(getattr(request, "basket", None), "pk", None)
    record_interaction(
        kind="cart_add",
        item=product,
        request=request,
        event_id=basket_event(basket, product.pk) if basket else None,
    )


@never_raises("record an order")
def on_order(sender: Any, *, order: Any, raw: bool = False, **sent: Any) -> None:
    """Record the lines, also where a fork writes them by `bulk_create`."""
    if raw or not get_settings().ENABLED:
        return
    using = order._state.db
    after_commit(partial(record_order, order, using), using=using)


@never_raises("record an order")
def record_order(order: Any, using: str) -> None:
    """Hand the lines of a committed order to the live hook."""
    lines = get_model("order", "Line")
    for source in purchase_sources():
        if issubclass(lines, source.model):
            keys = lines.objects.using(using).filter(order_id=order.pk)
            for key in keys.values_list("pk", flat=True):
                line_was_saved(source, key, using=using)


@never_raises("record a returned order")
def on_order_status(
    sender: Any, *, order: Any, new_status: str, raw: bool = False, **sent: Any
) -> None:
    """Record all lines of an order that came back."""
    if not raw and is_return(new_status):
        using = order._state.db
        after_commit(partial(record_returns, order), using=using)


@never_raises("record a returned line")
def on_line_status(
    sender: Any, *, line: Any, new_status: str, raw: bool = False, **sent: Any
) -> None:
    """Record one line that came back."""
    if not raw and is_return(new_status):
        record_return(line)


@never_raises("record a returned order")
def record_returns(order: Any) -> None:
    """Record the lines of an order as returned."""
    for line in order.lines.select_related("product", "order"):
        record_return(line)


def is_return(status: str) -> bool:
    """Say whether a status takes a purchase back."""
    return get_settings().ENABLED and status in get_oscar_settings().RETURN_STATUSES


def record_return(line: Any) -> None:
    """Record one line, once however often its status changes."""
    buyer = buyer_of(line.order)
    if buyer is None or line.product is None:
        return
    record_interaction(
        kind="return",
        item=line.product,
        visitor_key=buyer,
        quantity=line.quantity,
        reference=line.order.number,
        event_id=return_event(line.pk),
    )


@never_raises("record a review")
def on_review(sender: Any, *, review: Any, raw: bool = False, **sent: Any) -> None:
    """Record the stars of a review that needs no approval."""
    if not raw:
        record_review(review)


@never_raises("record a review")
def on_review_saved(sender: Any, *, instance: Any, raw: bool, **sent: Any) -> None:
    """Record the stars when a moderator approves them."""
    if not raw:
        record_review(instance)


def record_review(review: Any) -> None:
    """Record an approved review by an account, once."""
    if review.status != review.APPROVED or review.user_id is None:
        return
    record_interaction(
        kind="rating",
        item=review.product,
        user=review.user,
        value=review.score,
        event_id=review_event(review.pk),
    )


@never_raises("record a wish")
def on_wish(
    sender: Any, *, instance: Any, created: bool, raw: bool, **sent: Any
) -> None:
    """Record a product that was put on a wish list."""
    owner = instance.wishlist.owner
    if created and not raw and owner is not None and instance.product is not None:
        record_interaction(
            kind="like",
            item=instance.product,
            user=owner,
            event_id=wish_event(instance.pk),
        )
