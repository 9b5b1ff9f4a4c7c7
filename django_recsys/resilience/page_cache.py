"""What is rendered for one visitor must not be handed to the next by a cache.

Serving marks the request where it showed something personal; the middleware tells the
caches between here and the browser.
"""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control, patch_vary_headers

ATTRIBUTE = "recsys_is_personal"


def mark_personal(request: HttpRequest) -> None:
    """Keep the page of this request out of Django's own caches."""
    setattr(request, ATTRIBUTE, True)
    # What `cache_page` and UpdateCacheMiddleware ask before they store a response.
    request._cache_update_cache = False  # type: ignore[attr-defined]


def keep_private(request: HttpRequest, response: HttpResponseBase) -> None:
    """Forbid shared caches to store a response that was marked."""
    if getattr(request, ATTRIBUTE, False):
        patch_vary_headers(response, ("Cookie",))
        patch_cache_control(response, private=True)
