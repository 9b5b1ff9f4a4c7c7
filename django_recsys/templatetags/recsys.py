"""Tags that show lists: `{% load recsys %}`.

Every tag renders a block, or with `as name` gives the list of the host's instances in
rank order. All take `n` (how many), `exclude` (an item or several that are on the page
already), `title` (in place of the placement's), `repeats=True` (items of earlier blocks
may come again) and `lazy=True` (the browser fetches the block).
"""

from contextlib import suppress
from typing import Any

from django import template
from django.conf import settings
from django.middleware.csrf import get_token
from django.template import Context
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from .page_block import PageBlock, several
from .placement_node import placement_tag

register = template.Library()
tag = placement_tag(register)


@tag
def recommended_products(user: Any = None) -> PageBlock:
    """Show what suits this visitor."""
    return PageBlock("recommended", user=user)


@tag
def buy_again(user: Any = None) -> PageBlock:
    """Show what this visitor buys regularly."""
    return PageBlock("buy-again", user=user)


@tag
def similar_products(item: Any) -> PageBlock:
    """Show what resembles an item."""
    return PageBlock("similar", items=item)


@tag
def bought_together(items: Any) -> PageBlock:
    """Show what goes with an item, or with all of a basket."""
    return PageBlock("bought-together", items=items)


@tag
def trending_products() -> PageBlock:
    """Show what sells more than before."""
    return PageBlock("trending")


@tag
def recently_viewed_products() -> PageBlock:
    """Show what this visitor looked at last."""
    return PageBlock("recently-viewed")


@tag
def because_you_viewed() -> PageBlock:
    """Show what resembles the things that this visitor looked at last."""
    return PageBlock("because-you-viewed")


@tag
def recommendations(key: str, *, item: Any = None, items: Any = ()) -> PageBlock:
    """Show any placement by its key."""
    return PageBlock(key, items=[*several(item), *several(items)])


@register.simple_tag(takes_context=True)
def recsys_scripts(context: Context) -> SafeString:
    """Load recsys.js, which fetches lazy blocks and sends events.

    The CSRF token for events goes along, and its cookie is set, unless the page is
    about to be cached for everyone.
    """
    request = context.get("request")
    token = events = ""
    with suppress(NoReverseMatch):  # a shop without the API sends no events
        events = reverse("django_recsys:events")
    if request is not None and not getattr(request, "_cache_update_cache", False):
        token = get_token(request)
    return format_html(
        '<script src="{}" defer data-events="{}" data-csrf-cookie="{}" '
        'data-csrf-token="{}"></script>',
        static("django_recsys/recsys.js"),
        events,
        settings.CSRF_COOKIE_NAME,
        token,
    )
