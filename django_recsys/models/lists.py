"""Cached recommendations: one packed row per visitor, one per item."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from .fields import KeyField
from .recommenders import TrainedModel

EVERYONE = ""
"""The visitor key under which a list that is the same for everyone is stored."""


@dataclass(frozen=True, slots=True)
class Reason:
    """The item of a visitor's history that speaks most for a recommendation."""

    item_id: str
    title: str
    kind: str
    """What the visitor did to it: a kind of interaction."""


@dataclass(frozen=True, slots=True)
class RankedItems:
    """A ranked list as it is stored; the three sequences have one length."""

    item_ids: Sequence[str] = ()
    scores: Sequence[float] = ()
    """Never increasing; comparable only within one list."""
    reasons: Sequence[Reason | None] = ()

    def packed(self) -> str:
        """Return the text that is stored: each reason once, then by its position."""
        positions: dict[Reason | None, int] = {}
        for reason in self.reasons:
            positions.setdefault(reason, len(positions))
        return json.dumps(
            [
                list(self.item_ids),
                list(self.scores),
                [positions[reason] for reason in self.reasons],
                [
                    reason and [reason.item_id, reason.title, reason.kind]
                    for reason in positions
                ],
            ],
            separators=(",", ":"),
        )

    @classmethod
    def unpacked(cls, text: str) -> RankedItems:
        """Read back what `packed` wrote."""
        item_ids, scores, positions, distinct = json.loads(text)
        reasons = [fields and Reason(*fields) for fields in distinct]
        return cls(item_ids, scores, [reasons[position] for position in positions])


class RankedList(models.Model):
    """A list that a trained model made, as it is stored."""

    trained_model = models.ForeignKey(
        TrainedModel, verbose_name=_("trained model"), on_delete=models.CASCADE
    )
    ranked = models.TextField(_("ranked items"))

    class Meta:
        abstract = True

    @property
    def ranked_items(self) -> RankedItems:
        """The list, best first."""
        return RankedItems.unpacked(self.ranked)


class StoredRecommendations(RankedList):
    """The list of one visitor."""

    visitor_key = KeyField(_("visitor"), blank=True)

    class Meta:
        verbose_name = _("stored recommendations")
        verbose_name_plural = _("stored recommendations")
        constraints = [
            models.UniqueConstraint(
                fields=["visitor_key", "trained_model"], name="recsys_stored_visitor"
            )
        ]

    def __str__(self) -> str:
        return f"{self.visitor_key or '*'} by {self.trained_model_id}"


class ItemNeighbors(RankedList):
    """The items nearest to one item, nearest first."""

    item_id = KeyField(_("item"))

    class Meta:
        verbose_name = _("item neighbours")
        verbose_name_plural = _("item neighbours")
        constraints = [
            models.UniqueConstraint(
                fields=["item_id", "trained_model"], name="recsys_neighbors_item"
            )
        ]

    def __str__(self) -> str:
        return f"{self.item_id} by {self.trained_model_id}"
