"""What serving gives back."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from django_recsys.models import Reason


@dataclass(frozen=True, slots=True)
class Recommendation:
    """An item that is shown, with where it came from."""

    item_id: str
    rank: int
    """From 1."""
    score: float
    """Higher is better; comparable only within one request and source."""
    source: str
    """Key of the recommender that proposed it, as in "ease" or "popular"."""
    basis: Reason | None
    """The item that speaks most for it."""
    request_id: str
    item: Any
    """The instance of the host's own model."""

    @property
    def reason(self) -> str | None:
        """One sentence for the visitor, in the active language."""
        if self.basis is None:
            sentence = GENERAL_REASONS.get(self.source)
            return sentence() if sentence else None
        if self.basis.item_id == self.item_id:
            return _("You bought this before")
        sentence_about = REASONS.get(self.basis.kind)
        if sentence_about is None or not self.basis.title:
            return None
        return sentence_about() % {"title": self.basis.title}

    @property
    def reason_item_id(self) -> str | None:
        """The id of the item that the reason names."""
        return self.basis.item_id if self.basis else None


@dataclass(frozen=True, slots=True)
class Answer:
    """The recommendations of one placement for one request."""

    placement: str
    request_id: str
    items: tuple[Recommendation, ...] = ()
    title: str = ""
    is_personal: bool = False
    """Whether another visitor might be shown something else."""

    def __len__(self) -> int:
        return len(self.items)


# Functions, so that the sentence is looked up in the language of the request.
REASONS = {
    "purchase": lambda: _("Because you bought %(title)s"),
    "view": lambda: _("Because you viewed %(title)s"),
    "cart_add": lambda: _("Because you put %(title)s in your basket"),
    "like": lambda: _("Because you liked %(title)s"),
    "rating": lambda: _("Because you rated %(title)s"),
    "similar": lambda: _("Similar to %(title)s"),
    "bought-together": lambda: _("Often bought with %(title)s"),
}
GENERAL_REASONS = {
    "popular": lambda: _("Popular with our customers"),
    "trending": lambda: _("Trending now"),
    "recent_interest": lambda: _("Popular with our customers"),
    "newest": lambda: _("New in our shop"),
}
