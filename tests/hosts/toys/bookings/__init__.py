"""No goods: services by the hour, booked for a day to come."""

from typing import Any

RECSYS: dict[str, Any] = {
    "ITEM_MODEL": "bookings.Service",
    "ITEM_FIELDS": {"price": "hourly_rate"},
    "PURCHASES": {
        "model": "bookings.Booking",
        "item": "service",
        "user": "customer",
        "at": "booked_at",
        "reference": None,
        "quantity": "hours",
        "price": "service__hourly_rate",
        "where": {"is_cancelled": False},
    },
}
