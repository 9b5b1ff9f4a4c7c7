"""The read path: what a visitor is shown now."""

from .answers import Answer, Recommendation
from .recommend import recommend_for

__all__ = ["Answer", "Recommendation", "recommend_for"]
