"""Whom each visitor trusts, as the host says."""

from typing import Any

from django.utils.module_loading import import_string

from django_recsys.conf import get_settings
from django_recsys.exceptions import ConfigurationError
from django_recsys.learning import Edges
from django_recsys.models import account_key


def read_friends() -> Edges | None:
    """Return the edges of RECSYS["SOCIAL_GRAPH"] between visitor keys; None without.

    A pair may hold accounts or their primary keys. The first one's lists may draw from
    what the second took, not the other way. Raises `ConfigurationError` for a path
    that does not lead to a function.
    """
    path = get_settings().SOCIAL_GRAPH
    if path is None:
        return None
    try:
        pairs = import_string(path)
    except ImportError as error:
        raise ConfigurationError(f"RECSYS['SOCIAL_GRAPH']: {error}") from error
    keys = [(_key_of(user), _key_of(friend)) for user, friend in pairs()]
    return Edges.from_arrays([user for user, _ in keys], [friend for _, friend in keys])


def _key_of(account: Any) -> str:
    return account_key(getattr(account, "pk", account))
