"""Signals that a host sends; django_recsys listens and never raises back.

All of them take ``item`` (an instance of the item model, or its primary key) and
either ``request`` or ``user``; ``sender`` is whatever the host likes, usually the
item's class. All accept ``occurred_at`` (aware datetime), ``event_id`` (text that
makes the event idempotent) and ``quantity``.
"""

from django.dispatch import Signal

# An item's own page was shown.
item_viewed = Signal()

# An item was put into the basket.
item_added_to_cart = Signal()

# An item was bought. With ``reference`` (the order's number), the same purchase read
# from RECSYS["PURCHASES"] is stored once. Also takes ``price`` (of one, Decimal).
item_purchased = Signal()

# An item was taken out of the basket.
item_removed = Signal()

# An item was rated. Needs ``value`` (float, any scale; centred before it is used).
item_rated = Signal()

# An item was liked, or put on a wish list.
item_liked = Signal()

# A bought item came back. ``reference`` names the order.
item_returned = Signal()
