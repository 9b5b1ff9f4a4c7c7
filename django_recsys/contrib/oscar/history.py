"""What an Oscar shop knows besides its orders: RECSYS["HISTORY"] for the backfill."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Min, Q, QuerySet
from oscar.core.loading import get_model

from django_recsys.database.alias import our_alias
from django_recsys.models import Interaction, account_key
from django_recsys.tracking import email_key

from .conf import get_oscar_settings

CHUNK = 2000
ONE_REQUEST = timedelta(seconds=5)
"""Oscar writes its row of a view some moments before or after we write ours."""
Records = Iterator[dict[str, Any]]


def past() -> Records:
    """Yield views, baskets, wish lists, reviews and returns, each with its own key.

    A second backfill finds the same keys, as do the receivers.
    """
    parents = parents_of_children()
    for read in (views, baskets, wishes, reviews, returns):
        for record in read():
            product = record["item"]
            yield {**record, "item": str(parents.get(product, product))}


def parents_of_children() -> dict[Any, Any]:
    """Map children to their parents: one query."""
    children = get_model("catalogue", "Product").objects.exclude(parent=None)
    return dict(children.values_list("pk", "parent_id"))


def rows(queryset: QuerySet[Any], *names: str) -> Iterator[tuple[Any, ...]]:
    """Stream columns."""
    return queryset.order_by().values_list(*names).iterator(chunk_size=CHUNK)


def views() -> Records:
    """Yield what accounts looked at, up to the first view that we recorded."""
    seen = get_model("analytics", "UserProductView").objects.all()
    ours = Interaction.objects.using(our_alias()).filter(kind="view", event_id=None)
    since = ours.aggregate(first=Min("recorded_at"))["first"]
    if since is not None:
        seen = seen.filter(date_created__lt=since - ONE_REQUEST)
    for key, user, product, at in rows(
        seen, "pk", "user_id", "product_id", "date_created"
    ):
        yield {
            "kind": "view",
            "user": user,
            "item": product,
            "at": at,
            "event_id": f"oscar.view:{key}",
        }


def baskets() -> Records:
    """Yield what lies in the baskets of accounts."""
    lines = get_model("basket", "Line").objects.filter(
        basket__status="Open", basket__owner__isnull=False
    )
    for user, basket, product, quantity, at in rows(
        lines, "basket__owner_id", "basket_id", "product_id", "quantity", "date_created"
    ):
        yield {
            "kind": "cart_add",
            "user": user,
            "item": product,
            "quantity": quantity,
            "at": at,
            "event_id": basket_event(basket, product),
        }


def wishes() -> Records:
    """Yield the lines of wish lists; the list's own date is all that Oscar keeps."""
    lines = get_model("wishlists", "Line").objects.filter(product__isnull=False)
    for key, user, product, at in rows(
        lines, "pk", "wishlist__owner_id", "product_id", "wishlist__date_created"
    ):
        yield {
            "kind": "like",
            "user": user,
            "item": product,
            "at": at,
            "event_id": wish_event(key),
        }


def reviews() -> Records:
    """Yield the stars of approved reviews by accounts."""
    model = get_model("reviews", "ProductReview")
    approved = model.objects.filter(
        status=model.APPROVED, user__isnull=False, product__isnull=False
    )
    for key, user, product, score, at in rows(
        approved, "pk", "user_id", "product_id", "score", "date_created"
    ):
        yield {
            "kind": "rating",
            "user": user,
            "item": product,
            "value": score,
            "at": at,
            "event_id": review_event(key),
        }


def returns() -> Records:
    """Yield the lines that came back, or were never sent."""
    lines = returned_lines().filter(product__isnull=False)
    for line in lines.select_related("order").order_by().iterator(chunk_size=CHUNK):
        buyer = buyer_of(line.order)
        if buyer is not None:
            yield {
                "kind": "return",
                "visitor_key": buyer,
                "item": line.product_id,
                "quantity": line.quantity,
                "at": line.order.date_placed,
                "reference": line.order.number,
                "event_id": return_event(line.pk),
            }


def returned_lines() -> QuerySet[Any]:
    """Return the lines whose own status, or whose order's, says so."""
    statuses = list(get_oscar_settings().RETURN_STATUSES)
    lines = get_model("order", "Line").objects
    return lines.filter(Q(status__in=statuses) | Q(order__status__in=statuses))


def buyer_of(order: Any) -> str | None:
    """Return the visitor key of an order; None where nobody is named."""
    if order.user_id is not None:
        return account_key(order.user_id)
    return email_key(order.guest_email) if order.guest_email else None


def basket_event(basket: Any, product: Any) -> str:
    """Return the key of a product in a basket, however often it was put there."""
    return f"oscar.basket:{basket}:{product}"


def wish_event(line: Any) -> str:
    """Return the key of a line of a wish list."""
    return f"oscar.wish:{line}"


def review_event(review: Any) -> str:
    """Return the key of a review."""
    return f"oscar.review:{review}"


def return_event(line: Any) -> str:
    """Return the key of an order line that came back."""
    return f"oscar.return:{line}"
