from django.urls import path

from tests.hosts.toys.asgi import pages

urlpatterns = [
    path("async/<int:key>/", pages.item_page),
    path("careless/<int:key>/", pages.careless_page),
]
