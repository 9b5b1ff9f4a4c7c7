"""Tells other rooms that a visitor did something, once that is stored."""

from django.dispatch import Signal

visitor_acted = Signal()
"""Sent with `visitor_key`; not sent for bulk imports and catch-ups."""


def announce(*visitor_keys: str) -> None:
    """Tell of each visitor; a listener catches its own errors."""
    for visitor_key in visitor_keys:
        visitor_acted.send(sender=None, visitor_key=visitor_key)
