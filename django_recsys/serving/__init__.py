"""The read path: what a visitor is shown now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_recsys.lazy import exports

if TYPE_CHECKING:
    from .answers import Answer as Answer, Recommendation as Recommendation
    from .blocks import (
        Card as Card,
        make_cards as make_cards,
        render_block as render_block,
    )
    from .cache import (
        PREFIX as PREFIX,
        get_or_build as get_or_build,
        working_cache as working_cache,
    )
    from .fragments import (
        read_title as read_title,
        render_fragment as render_fragment,
        sign_title as sign_title,
    )
    from .live_models import (
        find_placement as find_placement,
        get_live_models as get_live_models,
    )
    from .placements import (
        DECLARED as DECLARED,
        PlacementRule as PlacementRule,
        rule_of as rule_of,
    )
    from .recommend import MAX_SIZE as MAX_SIZE, recommend_for as recommend_for
    from .serializers import as_object as as_object

__getattr__, __all__ = exports(
    __name__,
    {
        "answers": "Answer Recommendation",
        "blocks": "Card make_cards render_block",
        "cache": "PREFIX get_or_build working_cache",
        "fragments": "read_title render_fragment sign_title",
        "live_models": "find_placement get_live_models",
        "placements": "DECLARED PlacementRule rule_of",
        "recommend": "MAX_SIZE recommend_for",
        "serializers": "as_object",
    },
)
