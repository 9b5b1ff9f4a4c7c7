"""What all endpoints share: nothing of the host's REST_FRAMEWORK settings reaches them.

A host may have set any default (renderers, permissions, pagination, throttles, an
exception handler) for an API of its own; everything that would be read from there is
written down here.
"""

from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from typing import Any, ClassVar

from django.http import HttpRequest
from django.utils.cache import patch_cache_control, patch_vary_headers
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_413_REQUEST_ENTITY_TOO_LARGE
from rest_framework.utils.encoders import JSONEncoder
from rest_framework.views import APIView, exception_handler

from .throttles import ReadThrottle

MAX_BYTES = 64 * 1024
"""Largest body that is read."""


class PayloadTooLarge(APIException):
    """The body is larger than `MAX_BYTES`."""

    status_code = HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = f"The body is larger than {MAX_BYTES} bytes."
    default_code = "too_large"


class ExactJSONEncoder(JSONEncoder):
    """Writes a price as text; REST framework's own makes a float of it."""

    def default(self, obj: Any) -> Any:
        """Return what JSON has for a value that it does not know."""
        return str(obj) if isinstance(obj, Decimal) else super().default(obj)


class FixedJSONRenderer(JSONRenderer):
    """JSON as UTF-8, without the host's choices."""

    encoder_class = ExactJSONEncoder
    compact = True
    ensure_ascii = False
    strict = True


class BoundedJSONParser(JSONParser):
    """Strict JSON of a bounded size."""

    strict = True

    def parse(
        self, stream: Any, media_type: Any = None, parser_context: Any = None
    ) -> Any:
        """Return the value. Raises `PayloadTooLarge` before reading it all."""
        body = stream.read(MAX_BYTES + 1)
        if len(body) > MAX_BYTES:
            raise PayloadTooLarge
        try:
            return super().parse(BytesIO(body), media_type, parser_context)
        except RecursionError as error:
            raise ParseError("The JSON is nested too deeply.") from error


class AlwaysJSON(DefaultContentNegotiation):
    """Answers JSON whatever was asked for; a browser sees it too."""

    def select_renderer(
        self, request: Any, renderers: Any, format_suffix: Any = None
    ) -> Any:
        """Return the only renderer."""
        return renderers[0], renderers[0].media_type


class CookieAuthentication(SessionAuthentication):
    """The shop's own session; a guest's requests need the CSRF token too."""

    def authenticate(self, request: Request) -> Any:
        """Return the account of the session, None for a guest."""
        user = getattr(request._request, "user", None)
        self.enforce_csrf(request)
        return (user, None) if user is not None and user.is_active else None


class RecsysView(APIView):
    """Base of every endpoint."""

    renderer_classes = [FixedJSONRenderer]
    parser_classes = [BoundedJSONParser]
    authentication_classes = [CookieAuthentication]
    permission_classes = [AllowAny]
    throttle_classes: list[type] = [ReadThrottle]
    content_negotiation_class = AlwaysJSON
    metadata_class = None
    versioning_class = None
    pagination_class = None
    schema = None
    query_names: ClassVar[tuple[str, ...]] = ()
    """The query parameters that the endpoint reads."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse a parameter that nothing reads, as a misspelt one, with a sentence."""
        super().initial(request, *args, **kwargs)
        unknown = [
            each for each in request.query_params if each not in self.query_names
        ]
        if unknown:
            names = ", ".join(self.query_names) or "none"
            raise ValidationError(
                {unknown[0]: [f"There is no such parameter; there are: {names}."]}
            )

    def get_exception_handler(self) -> Callable[..., Any]:
        """Return REST framework's own handler."""
        return exception_handler

    def finalize_response(
        self, request: HttpRequest, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        """Forbid every cache: an answer belongs to one person and one moment."""
        final: Response = super().finalize_response(request, response, *args, **kwargs)
        patch_cache_control(final, private=True, no_store=True)
        patch_vary_headers(final, ("Cookie",))
        return final
