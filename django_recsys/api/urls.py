"""`path("recsys/", include("django_recsys.api.urls"))`."""

from django.urls import path

from .events import EventsView
from .lists import ItemView, PlacementView, RecommendationsView, TrendingView
from .me import MeView
from .openapi import OpenAPIView

app_name = "django_recsys"

urlpatterns = [
    path("placements/<str:key>/", PlacementView.as_view(), name="placement"),
    path("recommendations/", RecommendationsView.as_view(), name="recommendations"),
    path("trending/", TrendingView.as_view(), name="trending"),
    path(
        "items/<path:item_id>/similar/",
        ItemView.as_view(placement="similar"),
        name="similar",
    ),
    path(
        "items/<path:item_id>/bought-together/",
        ItemView.as_view(placement="bought-together"),
        name="bought-together",
    ),
    path("events/", EventsView.as_view(), name="events"),
    path("me/", MeView.as_view(), name="me"),
    path("openapi.json", OpenAPIView.as_view(), name="openapi"),
]
