"""The one page that every host has."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from django_recsys.signals import item_viewed
from tests.hosts.toys.current import toy


def item_page(request: HttpRequest, key: str) -> HttpResponse:
    item = toy().find(key)
    item_viewed.send(sender=type(item), request=request, item=item)
    user = getattr(request, "user", None)
    return render(request, "toys/item.html", {"item": item, "user": user})
