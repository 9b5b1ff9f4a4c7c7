"""The key of a guest: a signed first-party cookie, made only when it is needed."""

import re
import secrets
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from django_recsys.models import GUEST_PREFIX

COOKIE = "recsys_visitor"
COOKIE_AGE = timedelta(days=365)
SALT = "django_recsys.visitor"
ATTRIBUTE = "recsys_guest"
TOKEN = re.compile(r"[0-9a-f]{32}")


class Guest:
    """What one request knows of its guest key, and what the response must do."""

    __slots__ = ("can_write", "has_cookie", "is_forgotten", "is_new", "token")

    def __init__(self, request: HttpRequest, *, can_write: bool) -> None:
        self.can_write = can_write
        self.has_cookie = COOKIE in request.COOKIES
        self.token = read_token(request) if self.has_cookie else None
        self.is_new = False
        self.is_forgotten = self.has_cookie and self.token is None

    @property
    def key(self) -> str | None:
        """The visitor key, None where the browser brought no valid cookie."""
        return None if self.token is None else f"{GUEST_PREFIX}{self.token}"

    def make_key(self) -> str | None:
        """Return the key, new if there was none; None where no cookie can be set."""
        if self.token is None and self.can_write:
            self.token = secrets.token_hex(16)
            self.is_new = True
        return self.key

    def forget(self) -> None:
        """Let the response take the cookie back."""
        self.token = None
        self.is_new = False
        self.is_forgotten = self.has_cookie


def guest_of(request: HttpRequest) -> Guest:
    """Return the guest of a request; without our middleware it can only be read."""
    found: Guest | None = getattr(request, ATTRIBUTE, None)
    return Guest(request, can_write=False) if found is None else found


def attach_guest(request: HttpRequest) -> Guest:
    """Give the request its guest; the middleware calls it and answers the cookie."""
    guest = Guest(request, can_write=True)
    setattr(request, ATTRIBUTE, guest)
    return guest


def read_token(request: HttpRequest) -> str | None:
    """Return the token of the cookie; None where it is missing, forged or too old."""
    token = request.get_signed_cookie(
        COOKIE, default=None, salt=SALT, max_age=COOKIE_AGE
    )
    return token if token is not None and TOKEN.fullmatch(token) else None


def answer_cookie(guest: Guest, response: HttpResponseBase) -> None:
    """Set or delete the cookie where this request decided so."""
    if guest.is_new and guest.token is not None:
        response.set_signed_cookie(
            COOKIE,
            guest.token,
            salt=SALT,
            max_age=COOKIE_AGE,
            path=settings.SESSION_COOKIE_PATH,
            domain=settings.SESSION_COOKIE_DOMAIN,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    elif guest.is_forgotten:
        response.delete_cookie(
            COOKIE,
            path=settings.SESSION_COOKIE_PATH,
            domain=settings.SESSION_COOKIE_DOMAIN,
            samesite="Lax",
        )
    else:
        return
    # A shared cache must not hand one guest's cookie to the next.
    patch_vary_headers(response, ("Cookie",))
