"""How a visitor's key is written: a prefix that says what it is, then an id.

"user:42" is an account, "guest:<token>" a browser, "email:<keyed hash>" a buyer without
an account.
"""

from typing import Any

ACCOUNT_PREFIX = "user:"
GUEST_PREFIX = "guest:"
EMAIL_PREFIX = "email:"
VISITOR_PREFIXES = (ACCOUNT_PREFIX, GUEST_PREFIX, EMAIL_PREFIX)


def account_key(primary_key: Any) -> str:
    """Return the key of an account."""
    return f"{ACCOUNT_PREFIX}{primary_key}"


def is_visitor_key(text: str) -> bool:
    """Say whether a text is a visitor's key rather than a primary key or a name."""
    return text.startswith(VISITOR_PREFIXES)
