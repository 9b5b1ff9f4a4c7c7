"""Endpoints that answer with a list for whoever asks.

None takes a user: the visitor is the one of the session, or of the guest's cookie.
"""

from collections.abc import Sequence

from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from django_recsys.catalog import get_catalog
from django_recsys.exceptions import ConfigurationError
from django_recsys.serving import MAX_SIZE, as_object, find_placement, recommend_for
from django_recsys.tracking import visitor_of

from .base import RecsysView

MAX_ITEMS = 100
"""Most `item` parameters of one request."""


class ListView(RecsysView):
    """Answers with one placement."""

    placement = ""

    def answer(
        self, request: Request, key: str = "", items: Sequence[str] = ()
    ) -> Response:
        """Ask serving for the visitor of this request."""
        found = recommend_for(
            key or self.placement,
            visitor_key=visitor_of(request._request).key,
            items=items,
            n=size_of(request),
            request=request._request,
            described=True,
        )
        return Response(as_object(found))


class RecommendationsView(ListView):
    """`GET recommendations/?n=`."""

    placement = "recommended"

    def get(self, request: Request) -> Response:
        """Answer with what suits this visitor."""
        return self.answer(request)


class TrendingView(ListView):
    """`GET trending/?n=`."""

    placement = "trending"

    def get(self, request: Request) -> Response:
        """Answer with what sells more than before."""
        return self.answer(request)


class ItemView(ListView):
    """`GET items/<item_id>/similar/` and `GET items/<item_id>/bought-together/`."""

    def get(self, request: Request, item_id: str) -> Response:
        """Answer with what goes with an item; 404 for what can be no id."""
        if not can_be_id(item_id):
            raise NotFound(f"{item_id!r} can be no item's id.")
        return self.answer(request, items=[item_id])


class PlacementView(ListView):
    """`GET placements/<key>/?item=<id>&item=<id>&n=`."""

    def get(self, request: Request, key: str) -> Response:
        """Answer with any placement; 404 where there is none of this key."""
        if find_placement(key) is None:
            raise NotFound(f"There is no placement {key!r}.")
        items = request.query_params.getlist("item")
        if len(items) > MAX_ITEMS:
            raise ValidationError({"item": [f"At most {MAX_ITEMS} items."]})
        wrong = [item_id for item_id in items if not can_be_id(item_id)]
        if wrong:
            raise ValidationError({"item": [f"{wrong[0]!r} can be no item's id."]})
        return self.answer(request, key, items)


def size_of(request: Request) -> int | None:
    """Return `n`, None where it is not given. Raises `ValidationError` out of range."""
    text = request.query_params.get("n")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MAX_SIZE):
        raise ValidationError({"n": [f"A whole number from 1 to {MAX_SIZE}."]})
    return int(text)


def can_be_id(item_id: str) -> bool:
    """Say whether the catalogue could hold this id, without asking the database."""
    try:
        get_catalog().item_id(item_id)
    except ConfigurationError:
        return False
    return True
