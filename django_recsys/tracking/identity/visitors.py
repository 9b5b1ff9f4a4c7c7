"""Who is here, under which key, and whether we may record what they do."""

import re
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings as project
from django.contrib.auth import get_user_model
from django.core.exceptions import SynchronousOnlyOperation, ValidationError
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string

from django_recsys.conf import get_settings
from django_recsys.exceptions import DataError
from django_recsys.models import EMAIL_PREFIX, account_key, is_visitor_key

from .guests import guest_of

REFUSALS = frozenset({"", "0", "false", "no", "off", "deny", "denied", "rejected"})
"""Values of the consent cookie that say no."""

# What announces itself as a machine. "Cubot" is a maker of telephones; okhttp and the
# like are not named, since a shop's own app may send its events by them.
BOTS = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|archiver|scrap|facebookexternal|feedfetcher"
    r"|mediapartners|pingdom|uptime|lighthouse|headless|phantomjs|python|curl/|wget"
    r"|httpx|aiohttp|go-http|libwww|java/",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Visitor:
    """A visitor of the shop, with or without an account."""

    key: str | None
    """"user:42" or "guest:<token>"; None for a guest without one."""
    is_tracked: bool
    """Whether browsing may be recorded: consent, no staff, no bot."""


NOBODY = Visitor(key=None, is_tracked=False)


def visitor_key_for(user: Any) -> str:
    """Return the key of an account. Raises `ValueError` for one without a pk."""
    if user is None or user.pk is None:
        raise ValueError(
            f"{user!r} has no primary key: only a saved account has a visitor key."
        )
    return account_key(user.pk)


def find_visitor_key(name: str) -> str:
    """Return the key that a command means: a key, else a primary key, else a user name.

    An address that is no user name is that of a buyer without an account. Raises
    `DataError` where there is no such account.
    """
    if is_visitor_key(name):
        return name
    if has_accounts() and (user := find_account(name)) is not None:
        return visitor_key_for(user)
    if "@" in name:
        return email_key(name)
    raise DataError(
        f"There is no account {name!r}. For one that is gone write its key, as in "
        "'user:42'."
    )


def has_accounts() -> bool:
    """Say whether the shop has a model of accounts; some know guests alone."""
    label = project.AUTH_USER_MODEL.partition(".")[0]
    return any(config.label == label for config in apps.get_app_configs())


def find_account(name: str) -> Any:
    """Return the account with this primary key or user name, None for none."""
    user_model = get_user_model()
    for field in ("pk", user_model.USERNAME_FIELD):
        try:
            user = user_model._default_manager.filter(**{field: name}).first()
        except (ValueError, ValidationError):  # no primary key of this model
            continue
        if user is not None:
            return user
    return None


def email_key(email: str) -> str:
    """Return the key of a buyer without an account: a keyed hash, no address.

    The hash depends on SECRET_KEY: with a new key the same address is another visitor.
    """
    address = email.strip().lower()
    digest = salted_hmac("django_recsys.email", address, algorithm="sha256")
    return f"{EMAIL_PREFIX}{digest.hexdigest()}"


def visitor_of(request: HttpRequest | None) -> Visitor:
    """Say who asks, without writing a row or a cookie.

    Works where the session, the user or our middleware is missing. Inside a running
    event loop the account is known once the view has awaited `request.auser()`;
    before that the answer is nobody, never a wrong guest.
    """
    if request is None:
        return NOBODY
    try:
        user = user_of(request)
    except SynchronousOnlyOperation:
        return NOBODY
    is_tracked = may_record(request, user)
    key = guest_of(request).key if user is None else visitor_key_for(user)
    return Visitor(key, is_tracked)


def may_record(request: HttpRequest, user: Any) -> bool:
    """Say whether browsing may be recorded: consent, no staff, no program.

    Without consent the guest's cookie is taken back.
    """
    if not has_consent(request, user):
        guest_of(request).forget()
        return False
    return not is_staff(user) and not is_bot(request)


def user_of(request: HttpRequest) -> Any:
    """Return the account that is logged in, None for a guest."""
    # What `await request.auser()` left; `request.user` would ask the database again.
    user = getattr(request, "_acached_user", None) or getattr(request, "user", None)
    return user if is_account(user) else None


def is_account(user: Any) -> bool:
    """Say whether this is a saved account rather than an anonymous user."""
    return bool(user is not None and getattr(user, "is_authenticated", False))


def is_staff(user: Any) -> bool:
    """Say whether this is staff, whose browsing is not recorded."""
    return bool(getattr(user, "is_staff", False))


def is_bot(request: HttpRequest) -> bool:
    """Say whether the request comes from a program rather than a person."""
    agent = request.META.get("HTTP_USER_AGENT", "")
    return not agent or BOTS.search(agent) is not None


def objects_to_tracking(request: HttpRequest) -> bool:
    """Say whether the browser sends Global Privacy Control or Do Not Track."""
    meta = request.META
    return meta.get("HTTP_SEC_GPC") == "1" or meta.get("HTTP_DNT") == "1"


def has_consent(request: HttpRequest, user: Any) -> bool:
    """Say whether this visitor's browsing may be recorded, by the shop's own rule."""
    if objects_to_tracking(request):
        return False
    settings = get_settings()
    if settings.CONSENT is not None:
        return bool(import_string(settings.CONSENT)(request))
    if user is not None:
        return True
    answer = request.COOKIES.get(settings.CONSENT_COOKIE, "")
    return answer.strip().lower() not in REFUSALS
