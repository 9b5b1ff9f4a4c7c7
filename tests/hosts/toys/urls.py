from django.conf import settings
from django.urls import include, path

from tests.hosts.toys import views

urlpatterns = [
    path("items/<str:key>/", views.item_page),
    *(path("", include(urls)) for urls in getattr(settings, "MORE_URLS", [])),
]
