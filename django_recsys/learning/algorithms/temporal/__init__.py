"""Recency of histories and trends of items."""

from .recency import recency_weights, recent_items
from .trend import add_trend, follow_trend, item_trends, trend_factors
from .weighting import (
    CHOSEN_BY_DATA,
    RecencyWeighted,
    TrendWeighted,
    learned_recency,
    learned_trend,
    recency_hyperparameter,
    trend_hyperparameter,
)

__all__ = [
    "CHOSEN_BY_DATA",
    "RecencyWeighted",
    "TrendWeighted",
    "add_trend",
    "follow_trend",
    "item_trends",
    "learned_recency",
    "learned_trend",
    "recency_hyperparameter",
    "recency_weights",
    "recent_items",
    "trend_factors",
    "trend_hyperparameter",
]
