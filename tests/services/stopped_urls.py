"""The pages of a shop in which people browse and buy."""

from uuid import uuid4

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import include, path

from django_recsys.signals import item_added_to_cart, item_viewed
from tests.hosts.shop.models import Order, OrderLine, Product


def product(request: HttpRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(Product, pk=pk)
    item_viewed.send(sender=Product, request=request, item=shown)
    return render(request, "shop/product.html", {"product": shown})


def basket(request: HttpRequest, pk: int) -> HttpResponse:
    chosen = get_object_or_404(Product, pk=pk)
    item_added_to_cart.send(sender=Product, request=request, item=chosen)
    return HttpResponse("in the basket")


def buy(request: HttpRequest, pk: int) -> HttpResponse:
    with transaction.atomic():
        order = Order.objects.create(number=uuid4().hex, user=request.user)
        OrderLine.objects.create(order=order, product_id=pk)
    return HttpResponse("thank you")


urlpatterns = [
    path("products/<int:pk>/", product),
    path("basket/<int:pk>/", basket),
    path("buy/<int:pk>/", buy),
    path("", include("tests.hosts.shop.urls")),
]
