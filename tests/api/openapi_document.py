"""The document that `GET openapi.json` hands out, made by drf-spectacular.

Addresses, methods, limits and the forms of events are read from the package; the
sentences, answers and errors that it does not declare stand here, so that an installed
shop needs no drf-spectacular.
"""

import json
from typing import Any

from django.test import override_settings
from django.urls import URLPattern, path
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.settings import patched_settings
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    PolymorphicProxySerializer,
    extend_schema,
    extend_schema_view,
)

import django_recsys
from django_recsys.api import event_serializers, urls
from django_recsys.api.base import MAX_BYTES
from django_recsys.api.events import MAX_EVENTS
from django_recsys.api.lists import FORMATS, MAX_ITEMS
from django_recsys.serving import MAX_SIZE
from tests.api import openapi_answers as answers

SETTINGS = {
    "TITLE": "django_recsys",
    "DESCRIPTION": "Product lists for the visitor who asks, and what visitors do. "
    "Whose list it is, the session or the guest's cookie says: no request names a "
    "person. Answers may not be cached.",
    "VERSION": django_recsys.__version__,
    "OAS_VERSION": "3.0.3",
    "TAGS": [
        {"name": "lists", "description": "What to show."},
        {"name": "events", "description": "What the visitor did."},
        {"name": "visitor", "description": "What is kept about who asks."},
        {"name": "schema", "description": "This document."},
    ],
    "SORT_OPERATIONS": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}

REST_FRAMEWORK = {"DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema"}


class VisitorScheme(OpenApiAuthenticationExtension):
    """An account's session, or a guest's cookie; without either, a newcomer."""

    target_class = "django_recsys.api.base.CookieAuthentication"
    name = ["session", "guest"]

    def get_security_requirement(self, auto_schema: Any) -> Any:
        return [{name: []} for name in self.name]

    def get_security_definition(self, auto_schema: Any) -> Any:
        return [
            {
                "type": "apiKey",
                "in": "cookie",
                "name": "sessionid",
                "description": "The shop's session, under the shop's own name for it.",
            },
            {
                "type": "apiKey",
                "in": "cookie",
                "name": "recsys_visitor",
                "description": "The signed cookie of a guest who consented.",
            },
        ]


class TextExtension(OpenApiSerializerFieldExtension):
    target_class = event_serializers.TextField

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> Any:
        return {"type": "string", "minLength": 1, "maxLength": self.target.max_length}


class ItemIdExtension(TextExtension):
    target_class = event_serializers.ItemIdField

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> Any:
        text = super().map_serializer_field(auto_schema, direction)
        return {"oneOf": [text, {"type": "integer"}]}


class QuantityExtension(OpenApiSerializerFieldExtension):
    target_class = event_serializers.QuantityField

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> Any:
        limits = {"minimum": 0, "exclusiveMinimum": True}
        return {"type": "number", **limits, "maximum": self.target.max_value}


SENTENCES = {"type": "array", "items": {"type": "string"}}
WRONG_PARAMETERS = {
    "type": "object",
    "description": "Sentences by the name of the parameter.",
    "additionalProperties": SENTENCES,
}
WRONG_BODY = {
    "oneOf": [
        {"$ref": "#/components/schemas/Error"},
        SENTENCES,
    ]
}
CSRF = OpenApiParameter(
    "X-CSRFToken",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="Django's CSRF token, as its cookie has it.",
)
SIZE = OpenApiParameter(
    "n",
    {"type": "integer", "minimum": 1, "maximum": MAX_SIZE},
    description="How many items; the placement's own size where it is left out.",
)
ITEM_ID = OpenApiParameter(
    "item_id", str, OpenApiParameter.PATH, description="The id of an item."
)
KEY = OpenApiParameter(
    "key",
    str,
    OpenApiParameter.PATH,
    description='The key of a placement, as in "recommended".',
)
ITEMS = OpenApiParameter(
    "item",
    {"type": "array", "items": {"type": "string"}, "maxItems": MAX_ITEMS},
    description="An item that is on the page; once for each of several.",
    explode=True,
)
EXCLUDED = OpenApiParameter(
    "exclude",
    {"type": "array", "items": {"type": "string"}, "maxItems": MAX_ITEMS},
    description="An item to leave out; once for each of several.",
    explode=True,
)
FORMAT = OpenApiParameter(
    "format",
    str,
    enum=FORMATS,
    description="JSON, or the block of HTML that the template tag renders.",
)
TITLE = OpenApiParameter(
    "title", str, description="A heading for the HTML, as the template tag signed it."
)
EVENT = PolymorphicProxySerializer(
    component_name="Event",
    serializers={
        kind: type(serializer)
        for kind, serializer in event_serializers.SERIALIZERS.items()
    },
    resource_type_field_name="kind",
)


def refused(**reasons: str) -> dict[int, OpenApiResponse]:
    """Return answers with one sentence, by their status: `http_403="..."`."""
    return {
        int(name.removeprefix("http_")): OpenApiResponse(answers.Error, reason)
        for name, reason in reasons.items()
    }


TOO_OFTEN = refused(http_429="Too often.")
FORBIDDEN = refused(http_403="The CSRF token is missing or wrong.")
NOBODY = refused(http_404="A guest without a key, about whom nothing is kept.")


def operation(
    operation_id: str, tag: str, sentence: str, responses: dict[int, Any], **more: Any
) -> Any:
    """Describe one method of an endpoint; everybody may ask too often."""
    return extend_schema(
        operation_id=operation_id,
        tags=[tag],
        description=sentence,
        responses={**responses, **TOO_OFTEN},
        **more,
    )


def a_list(
    operation_id: str, sentence: str, *parameters: OpenApiParameter, **reasons: str
) -> Any:
    """Describe an endpoint that answers with a list."""
    responses = {
        200: OpenApiResponse(answers.Answer, "The list; empty where none can be."),
        400: OpenApiResponse(WRONG_PARAMETERS, "A parameter is out of range."),
        **refused(**reasons),
    }
    return operation(
        operation_id, "lists", sentence, responses, parameters=[*parameters, SIZE]
    )


NO_ITEM = {"http_404": "No item can have this id."}
# By the name of the address, then by method.
DESCRIPTIONS: dict[str, dict[str, Any]] = {
    "placement": {
        "get": a_list(
            "get_placement",
            "Return what any placement shows to this visitor.",
            KEY,
            ITEMS,
            EXCLUDED,
            FORMAT,
            TITLE,
            http_404="There is no placement of this key.",
        )
    },
    "recommendations": {
        "get": a_list("get_recommendations", "Return what suits this visitor.")
    },
    "trending": {"get": a_list("get_trending", "Return what sells more than before.")},
    "similar": {
        "get": a_list(
            "get_similar_items", "Return what resembles an item.", ITEM_ID, **NO_ITEM
        )
    },
    "bought-together": {
        "get": a_list(
            "get_bought_together",
            "Return what is often bought with an item.",
            ITEM_ID,
            **NO_ITEM,
        )
    },
    "events": {
        "post": operation(
            "send_events",
            "events",
            "Record one event or several; one that is refused holds up no other.",
            {
                202: OpenApiResponse(answers.EventsAnswer, "What became of them."),
                400: OpenApiResponse(WRONG_BODY, "No JSON, no event, or too many."),
                **FORBIDDEN,
                **refused(
                    http_413=f"The body is larger than {MAX_BYTES} bytes.",
                    http_415="The body is not sent as application/json.",
                ),
            },
            parameters=[CSRF],
            request={"application/json": EVENT},
        )
    },
    "me": {
        "get": operation(
            "export_visitor",
            "visitor",
            "Return everything that is kept about this visitor.",
            {200: OpenApiResponse(answers.Export, "All of it."), **NOBODY},
        ),
        "delete": operation(
            "erase_visitor",
            "visitor",
            "Erase everything that is kept about this visitor.",
            {
                200: OpenApiResponse(answers.Erasure, "What was erased."),
                **FORBIDDEN,
                **NOBODY,
            },
            parameters=[CSRF],
        ),
    },
    "openapi": {
        "get": operation(
            "get_openapi",
            "schema",
            "Return this document, with the address of this shop.",
            {200: OpenApiResponse({"type": "object"}, "An OpenAPI document.")},
        )
    },
}


def make_document() -> dict[str, Any]:
    """Return the document. Raises `ValueError` where drf-spectacular warns."""
    with (
        override_settings(REST_FRAMEWORK=REST_FRAMEWORK),
        patched_settings(SETTINGS),
        GENERATOR_STATS.silence(),
    ):
        patterns = [described(pattern) for pattern in urls.urlpatterns]
        document = SchemaGenerator(patterns=patterns).get_schema(public=True)
    if GENERATOR_STATS:
        raise ValueError([*GENERATOR_STATS._warn_cache, *GENERATOR_STATS._error_cache])
    take_a_batch_too(document["paths"]["/events/"]["post"])
    made: dict[str, Any] = json.loads(json.dumps(document))
    return made


def described(pattern: URLPattern) -> URLPattern:
    """Return an address whose view is ours with what is said of it above."""
    callback = pattern.callback
    view = type(callback.cls.__name__, (callback.cls,), {"schema": AutoSchema()})
    view.__doc__ = callback.cls.__doc__
    view = extend_schema_view(**DESCRIPTIONS[pattern.name])(view)
    return path(str(pattern.pattern), view.as_view(**callback.initkwargs))


def take_a_batch_too(operation: dict[str, Any]) -> None:
    """Let a body be one event or a list, which no serializer of ours says."""
    operation["requestBody"]["required"] = True
    [content] = operation["requestBody"]["content"].values()
    event = content["schema"]
    batch = {"type": "array", "items": event, "maxItems": MAX_EVENTS}
    content["schema"] = {"oneOf": [event, batch]}


def as_text(document: dict[str, Any]) -> str:
    """Return the content of the file."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
