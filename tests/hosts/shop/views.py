"""The host's pages: a home page and a product page, as any shop has."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from tests.hosts.shop.models import Product


def home(request: HttpRequest) -> HttpResponse:
    return render(request, "shop/home.html")


def product(request: HttpRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(Product, pk=pk)
    return render(request, "shop/product.html", {"product": shown})
