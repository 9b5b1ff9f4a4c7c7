"""Endpoints that answer with a list for whoever asks.

None takes a user: the visitor is the one of the session, or of the guest's cookie.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from django.http import HttpResponse
from django.middleware.csrf import get_token
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from django_recsys.catalog import get_catalog
from django_recsys.exceptions import ConfigurationError
from django_recsys.serving import (
    MAX_SIZE,
    Answer,
    as_object,
    find_placement,
    read_title,
    recommend_for,
    render_fragment,
)
from django_recsys.tracking import visitor_of

from .base import RecsysView

MAX_ITEMS = 100
"""Most `item` or `exclude` parameters of one request."""
FORMATS = ("json", "html")
MOST_DIGITS = 9


class ListView(RecsysView):
    """Answers with one placement."""

    placement = ""
    query_names = ("n",)

    def answer(self, request: Request, items: Sequence[str] = ()) -> Response:
        """Answer with the list for the visitor of this request."""
        found = self.find(request, self.placement, items)
        return Response(as_object(found, request._request))

    def find(
        self,
        request: Request,
        key: str,
        items: Sequence[str] = (),
        exclude: Collection[str] = (),
    ) -> Answer:
        """Ask serving on behalf of the visitor."""
        return recommend_for(
            key,
            visitor_key=visitor_of(request._request).key,
            items=items,
            exclude=exclude,
            n=size_of(request),
            request=request._request,
            described=True,
        )


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
        return self.answer(request, [item_id])


class PlacementView(ListView):
    """`GET placements/<key>/?item=<id>&item=<id>&exclude=<id>&n=&format=html`."""

    query_names = ("item", "exclude", "n", "format", "title")

    def get(self, request: Request, key: str) -> Response | HttpResponse:
        """Answer with any placement; 404 where there is none of this key.

        As HTML it is the block that the template tag renders, under the heading that
        the tag signed.
        """
        if find_placement(key) is None:
            raise NotFound(f"There is no placement {key!r}.")
        items, exclude = ids_of(request, "item"), ids_of(request, "exclude")
        found = self.find(request, key, items, exclude)
        chosen = request.query_params.get("format", "json")
        if chosen not in FORMATS:
            raise ValidationError({"format": [f"One of {', '.join(FORMATS)}."]})
        if chosen == "json":
            return Response(as_object(found, request._request))
        title = request.query_params.get("title")
        if title is not None:
            heading = read_title(title)
            if heading is None:
                raise ValidationError({"title": ["Not signed by this shop."]})
            found = replace(found, title=heading)
        get_token(request._request)  # so that the page can send events
        return HttpResponse(render_fragment(found, request._request))


def ids_of(request: Request, name: str) -> list[str]:
    """Return the ids of a parameter. Raises `ValidationError` for what is none."""
    found: list[str] = request.query_params.getlist(name)
    if len(found) > MAX_ITEMS:
        raise ValidationError({name: [f"At most {MAX_ITEMS} items."]})
    wrong = [item_id for item_id in found if not can_be_id(item_id)]
    if wrong:
        raise ValidationError({name: [f"{wrong[0]!r} can be no item's id."]})
    return found


def size_of(request: Request) -> int | None:
    """Return `n`, None where it is not given. Raises `ValidationError` out of range."""
    text = request.query_params.get("n")
    if text is None:
        return None
    is_number = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    if not (is_number and 1 <= int(text) <= MAX_SIZE):
        raise ValidationError({"n": [f"A whole number from 1 to {MAX_SIZE}."]})
    return int(text)


def can_be_id(item_id: str) -> bool:
    """Say whether the catalogue could hold this id, without asking the database."""
    try:
        get_catalog().item_id(item_id)
    except ConfigurationError:
        return False
    return True
