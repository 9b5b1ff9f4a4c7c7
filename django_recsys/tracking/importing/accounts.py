"""Whether the accounts that records name are accounts of this shop."""

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import connections

from django_recsys.models import ACCOUNT_PREFIX, account_key
from django_recsys.tracking.bulk_insert import chunks
from django_recsys.tracking.identity.visitors import has_accounts

KEYS_PER_QUERY = 500


class AccountCheck:
    """Collects visitor keys, and counts those of accounts that the shop has not."""

    def __init__(self) -> None:
        self._keys: set[str] = set()

    def add(self, visitor_key: str) -> None:
        """Remember the key of an account; others are passed over."""
        if visitor_key.startswith(ACCOUNT_PREFIX):
            self._keys.add(visitor_key)

    def count_unknown(self) -> int:
        """Return how many of the accounts do not exist; none where a shop has none."""
        found: set[str] = set()
        if not has_accounts():
            return 0
        accounts = get_user_model()._default_manager
        for keys in chunks(sorted(self._keys), KEYS_PER_QUERY):
            read = (as_primary_key(key.removeprefix(ACCOUNT_PREFIX)) for key in keys)
            asked = [primary_key for primary_key in read if primary_key is not None]
            rows = accounts.filter(pk__in=asked).values_list("pk", flat=True)
            found.update(map(account_key, rows))
        return len(self._keys - found)


def as_primary_key(text: str) -> object:
    """Return what the accounts' primary key may be; None for what it never is."""
    model = get_user_model()
    field = model._meta.pk
    try:
        value = field.to_python(text)
    except (ValidationError, ValueError):
        return None
    if isinstance(value, int):
        operations = connections[model._default_manager.db].ops
        low, high = operations.integer_field_range(field.get_internal_type())
        if not (low is None or low <= value) or not (high is None or value <= high):
            return None
    return value
