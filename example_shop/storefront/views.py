from django.conf import settings
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from .context import CONSENT_ANSWER_COOKIE

CONSENT_COOKIE = "recsys_consent"
HERO_TILES = [
    ("apple", "produce"),
    ("bread", "bakery"),
    ("milk", "dairy"),
    ("fish", "fish"),
    ("cheese", "breakfast"),
    ("carrot", "pantry"),
    ("icecream", "snacks"),
    ("flower", "flowers"),
    ("coffee", "frozen"),
    ("pizza", "meat"),
    ("wine", "wine"),
    ("egg", "drinks"),
]
SIX_MONTHS = 180 * 24 * 3600


def home(request):
    return render(request, "storefront/home.html", {"hero_tiles": HERO_TILES})


@require_POST
def consent(request):
    """Remember the guest's answer; only a yes sets the cookie the plugin looks for."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}):
        target = settings.LOGIN_REDIRECT_URL
    response = redirect(target)
    options = {"max_age": SIX_MONTHS, "samesite": "Lax"}
    response.set_cookie(CONSENT_ANSWER_COOKIE, "answered", **options)
    if request.POST.get("answer") == "yes":
        response.set_cookie(CONSENT_COOKIE, "yes", **options)
    else:
        response.delete_cookie(CONSENT_COOKIE)
    return response
