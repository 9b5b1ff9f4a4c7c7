"""A block that the browser fetches, so that the page around it can be cached."""

from urllib.parse import urlencode

from django.template import Context
from django.urls import NoReverseMatch, reverse

from django_recsys.catalog import get_catalog
from django_recsys.resilience.log_once import report_once
from django_recsys.serving import find_placement, sign_title

from .page_block import PageBlock, PageOptions, several, shown_on

LAZY_TEMPLATE = "django_recsys/lazy.html"


def address_of(context: Context, block: PageBlock, options: PageOptions) -> str | None:
    """Return where the block is fetched; None where the shop has no such address.

    It names no person: the endpoint knows who asks.
    """
    try:
        path = reverse("django_recsys:placement", args=[block.key])
    except NoReverseMatch:
        report_once(
            "lazy",
            "lazy=True needs the addresses of django_recsys.api.urls; the block shows "
            "what is the same for everyone.",
            exc_info=False,
        )
        return None
    item_id = get_catalog().item_id
    query: list[tuple[str, str]] = [("format", "html")]
    query += [("item", item_id(item)) for item in several(block.items)]
    excluded = {item_id(item) for item in several(options.exclude)}
    if not options.repeats:
        excluded |= shown_on(context.get("request"))
    query += [("exclude", each) for each in sorted(excluded)]
    if options.size is not None:
        query.append(("n", str(options.size)))
    if options.title:
        query.append(("title", sign_title(options.title)))
    return f"{path}?{urlencode(query)}"


def find_title(key: str) -> str:
    """Return the title of a placement; nothing where there is none of this key."""
    rule = find_placement(key)
    return str(rule.title) if rule is not None else ""
