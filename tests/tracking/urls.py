"""Pages of a host that sends signals."""

from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.urls import path

from django_recsys.signals import item_viewed
from django_recsys.tracking import visitor_of
from tests.hosts.shop.models import Product


def product(request: HttpRequest, pk: int) -> HttpResponse:
    shown = Product.objects.get(pk=pk)
    item_viewed.send(sender=Product, request=request, item=shown)
    return HttpResponse(shown.name)


async def product_async(request: HttpRequest, pk: int) -> HttpResponse:
    shown = await Product.objects.aget(pk=pk)
    await item_viewed.asend(sender=Product, request=request, item=shown)
    return HttpResponse(shown.name)


def enter(request: HttpRequest) -> HttpResponse:
    login(request, User.objects.get(username="ada"))
    return HttpResponse("Hello Ada")


def who(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(visitor_of(request).key))


async def who_async(request: HttpRequest) -> HttpResponse:
    before = visitor_of(request).key
    await request.auser()
    return HttpResponse(f"{before} {visitor_of(request).key}")


urlpatterns = [
    path("product/<int:pk>/", product),
    path("product-async/<int:pk>/", product_async),
    path("enter/", enter),
    path("who/", who),
    path("who-async/", who_async),
]
