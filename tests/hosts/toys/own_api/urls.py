from typing import Any

from django.urls import include, path
from rest_framework.response import Response


def teapot(exception: Exception, context: Any) -> Response:
    return Response("teapot", status=418)


# The host has names of its own like ours.
urlpatterns = [
    path("shop-api/recsys/", include("django_recsys.api.urls")),
]
