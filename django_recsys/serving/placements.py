"""Placements: declared here, overridden by rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from django_recsys.models import Placement

Basis = Placement.Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementRule:
    """How one slot on a page is filled; the fields are those of `Placement`."""

    key: str
    title: str | Promise
    basis: str
    recommender: str = ""
    fallbacks: tuple[str, ...] = ()
    size: int = 12
    excludes_purchased: bool = False
    follows_visitor: bool = False
    is_enabled: bool = True

    @property
    def is_personal(self) -> bool:
        """Whether two visitors may be shown two lists."""
        return self.excludes_purchased or self.basis not in (
            Basis.ITEMS,
            Basis.EVERYONE,
        )

    @property
    def sources(self) -> tuple[str, ...]:
        """The recommenders in the order in which they fill the list."""
        return tuple(dict.fromkeys(k for k in (self.recommender, *self.fallbacks) if k))


DECLARED: Mapping[str, PlacementRule] = MappingProxyType(
    {
        rule.key: rule
        for rule in (
            PlacementRule(
                key="recommended",
                title=_("Recommended for you"),
                basis=Basis.VISITOR,
                recommender="ease",
                fallbacks=("item_knn", "trending", "popular"),
                excludes_purchased=True,
                follows_visitor=True,
            ),
            PlacementRule(
                key="buy-again",
                title=_("Buy it again"),
                basis=Basis.VISITOR,
                recommender="buy_again",
            ),
            PlacementRule(
                key="trending",
                title=_("Trending"),
                basis=Basis.EVERYONE,
                recommender="trending",
                fallbacks=("popular",),
            ),
            PlacementRule(
                key="similar",
                title=_("Similar products"),
                basis=Basis.ITEMS,
                recommender="item_knn",
                fallbacks=("ease", "popular"),
                size=8,
            ),
            PlacementRule(
                key="bought-together",
                title=_("Bought together"),
                basis=Basis.ITEMS,
                recommender="bought_together",
                fallbacks=("item_knn", "popular"),
                size=6,
            ),
            PlacementRule(
                key="recently-viewed",
                title=_("Recently viewed"),
                basis=Basis.HISTORY,
                size=8,
            ),
            PlacementRule(
                key="because-you-viewed",
                title=_("Because of what you viewed"),
                basis=Basis.RECENT,
                recommender="item_knn",
                size=8,
            ),
        )
    }
)


def rule_of(row: Placement) -> PlacementRule:
    """Return a row as a rule; an empty title keeps the declared one."""
    declared = DECLARED.get(row.key)
    return PlacementRule(
        key=row.key,
        title=row.title or (declared.title if declared else ""),
        basis=row.basis,
        recommender=row.recommender,
        fallbacks=tuple(row.fallbacks),
        size=row.size,
        excludes_purchased=row.excludes_purchased,
        follows_visitor=row.follows_visitor,
        is_enabled=row.is_enabled,
    )
