from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("example_shop.storefront.urls")),
    path("", include("example_shop.catalogue.urls")),
    path("basket/", include("example_shop.basket.urls")),
    path("orders/", include("example_shop.orders.urls")),
    path("account/", include("example_shop.accounts.urls")),
    path("recsys/", include("django_recsys.api.urls")),
    path("admin/", admin.site.urls),
]
