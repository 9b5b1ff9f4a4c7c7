"""What visitors did to items: the rows that every model learns from."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .fields import KeyField

CLOCK_TOLERANCE = timedelta(days=1)
"""How far the clocks of a shop's machines, and its time zones, may differ."""


class InteractionQuerySet(models.QuerySet):
    """Business questions about interactions."""

    def of(self, visitor_key: str) -> Self:
        """Keep what this visitor did."""
        return self.filter(visitor_key=visitor_key)

    def recorded_after(self, moment: datetime) -> Self:
        """Keep what came in after a moment, however long ago it happened."""
        return self.filter(recorded_at__gt=moment)

    def older_than(self, age: timedelta, *, now: datetime) -> Self:
        """Keep what happened longer ago than `age` and is due for pruning.

        What says that it is of the future is as old as its row.
        """
        is_future = Q(occurred_at__gt=now + CLOCK_TOLERANCE)
        return self.filter(
            Q(occurred_at__lt=now - age) | is_future & Q(recorded_at__lt=now - age)
        )

    def in_future(self, *, now: datetime) -> Self:
        """Keep what says that it happens later than now, by more than clocks differ."""
        return self.filter(occurred_at__gt=now + CLOCK_TOLERANCE)


class Interaction(models.Model):
    """One thing that a visitor did to an item."""

    class Kind(models.TextChoices):
        """The kinds of interaction; their weights are a setting."""

        VIEW = "view", _("view")
        CART_ADD = "cart_add", _("added to basket")
        PURCHASE = "purchase", _("purchase")
        RATING = "rating", _("rating")
        LIKE = "like", _("like")
        REMOVAL = "removal", _("removed from basket")
        RETURN = "return", _("return")

    visitor_key = KeyField(_("visitor"))
    """As `visitor_keys` writes it."""

    item_id = KeyField(_("item"))
    """str(pk), or "app.model:pk" where several item models are configured."""

    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)

    event_id = KeyField(_("event"), null=True, blank=True)
    """Unique within a kind; null for events that cannot come twice."""

    occurred_at = models.DateTimeField(_("occurred at"))
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now)
    quantity = models.FloatField(_("quantity"), default=1.0)
    value = models.FloatField(_("value"), null=True, blank=True)
    """The stars of a rating, on the host's own scale."""

    price = models.DecimalField(
        _("price"), max_digits=14, decimal_places=4, null=True, blank=True
    )
    """Paid for one, in the shop's currency."""

    reference = KeyField(_("reference"), blank=True, default="")
    """The order's number: rows that share it were bought together."""

    objects = InteractionQuerySet.as_manager()

    class Meta:
        verbose_name = _("interaction")
        verbose_name_plural = _("interactions")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "event_id"], name="recsys_interaction_event"
            )
        ]
        indexes = [
            models.Index(
                fields=["visitor_key", "recorded_at"], name="recsys_interaction_visitor"
            ),
            models.Index(fields=["item_id"], name="recsys_interaction_item"),
            models.Index(fields=["occurred_at"], name="recsys_interaction_time"),
        ]

    def __str__(self) -> str:
        return f"{self.visitor_key} {self.kind} {self.item_id}"
