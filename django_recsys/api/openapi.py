"""`GET openapi.json`: what the API takes and answers, for whoever makes a client."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from .base import RecsysView

FILE = Path(__file__).with_name("openapi.json")


class OpenAPIView(RecsysView):
    """Hands out the document that is shipped, with this shop's address in it."""

    def get(self, request: Request) -> Response:
        """Return this document."""
        root = request.build_absolute_uri(".").rstrip("/")
        return Response({**read_document(), "servers": [{"url": root}]})


@cache
def read_document() -> dict[str, Any]:
    """Read the file, which the project's tests make of the views and serializers."""
    document: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return document
