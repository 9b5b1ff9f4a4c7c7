"""Moments as people read them."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import template_localtime


def readable(moment: datetime) -> str:
    """Return a moment as people of this language write it.

    The last day of the calendar, which some shops store for "never", has no later one
    in another time zone: it is written as it is stored.
    """
    try:
        local = template_localtime(moment)
    except (OverflowError, ValueError):
        local = moment
    return date_format(local, "DATETIME_FORMAT")
