"""Pages as an async shop writes them, one with care and one without."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.apps import apps
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import async_only_middleware

from django_recsys.signals import item_viewed


@async_only_middleware
def user_by_header(get_response: Callable[[Any], Any]) -> Callable[[Any], Any]:
    async def middleware(request: Any) -> Any:
        name = request.META.get("HTTP_X_USER")
        users = get_user_model().objects
        request.user = await users.aget(username=name) if name else None
        return await get_response(request)

    return middleware


async def item_page(request: HttpRequest, key: int) -> HttpResponse:
    item = await apps.get_model("asgi.Item").objects.aget(pk=key)
    await item_viewed.asend(sender=type(item), request=request, item=item)
    page = {"item": item, "user": request.user}
    return await sync_to_async(render)(request, "toys/item.html", page)


async def careless_page(request: HttpRequest, key: int) -> HttpResponse:
    """Send and render inside the event loop, where Django refuses the database.

    The event is recorded in a thread; the block stays empty.
    """
    item = await apps.get_model("asgi.Item").objects.aget(pk=key)
    item_viewed.send(sender=type(item), request=request, item=item)
    return render(request, "toys/item.html", {"item": item, "user": request.user})
