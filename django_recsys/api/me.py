"""`me/`: what is kept about the visitor who asks, to take away or to erase."""

from django.http import StreamingHttpResponse
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from django_recsys.tracking import (
    erase_visitor,
    export_visitor,
    is_long,
    stream_export,
    visitor_of,
)

from .base import RecsysView
from .throttles import PersonThrottle


class MeView(RecsysView):
    """`GET me/` exports, `DELETE me/` erases; nobody else's rows are in reach."""

    throttle_classes = [PersonThrottle]

    def get(self, request: Request) -> Response | StreamingHttpResponse:
        """Answer with everything that is kept about this visitor; a lot in parts."""
        key = key_of(request)
        if not is_long(key):
            return Response(export_visitor(key))
        return StreamingHttpResponse(
            stream_export(key), content_type="application/json"
        )

    def delete(self, request: Request) -> Response:
        """Erase it, and answer with the counts of what went."""
        return Response({"erased": erase_visitor(key_of(request))})


def key_of(request: Request) -> str:
    """Return the visitor's key. Raises `NotFound` for a guest without one."""
    key = visitor_of(request._request).key
    if key is None:
        raise NotFound("Nothing is kept about this visitor.")
    return key
