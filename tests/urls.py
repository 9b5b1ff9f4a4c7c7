from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("django.contrib.auth.urls")),
    path("recsys/", include("django_recsys.api.urls")),
    path("", include("tests.hosts.shop.urls")),
]
