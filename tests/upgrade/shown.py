"""What the shop shows to whom: asked of the code before and of the code after."""

import re
from typing import Any

BLOCK = re.compile(r'<section[^>]*data-recsys-placement="([^"]+)".*?</section>', re.S)
ITEM = re.compile(r'data-recsys-item="([^"]+)"')
BROWSER = "Mozilla/5.0 (X11; Linux x86_64)"

Query = dict[str, Any]
"""`placement`, `visitor_key` and `items` of `recommend_for`."""


def items_shown(query: Query) -> list[str]:
    from django_recsys.serving import recommend_for

    return [each.item_id for each in recommend_for(**query).items]


def all_shown(queries: list[Query]) -> list[list[str]]:
    """Return a list for each query; nothing that was cached is used."""
    from django.core.cache import cache

    cache.clear()
    return [items_shown(query) for query in queries]


def blocks_shown(username: str | None, address: str) -> dict[str, list[str]]:
    """Return the items of each block on a page of the shop."""
    from django.contrib.auth.models import User
    from django.core.cache import cache
    from django.test import Client

    cache.clear()
    client = Client(headers={"user-agent": BROWSER})
    if username is not None:
        client.force_login(User.objects.get(username=username))
    html = client.get(address).content.decode()
    return {match[1]: ITEM.findall(match[0]) for match in BLOCK.finditer(html)}
