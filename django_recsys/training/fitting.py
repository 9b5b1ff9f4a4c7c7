"""Fit a recipe, after a look at what that will take."""

from __future__ import annotations

from django_recsys.learning.base import Recommender
from django_recsys.learning.interactions import Interactions
from django_recsys.learning.planner import arrange
from django_recsys.learning.registry import create

from .recipes import Recipe


def fitted(recipe: Recipe, rows: Interactions) -> tuple[Recommender, str]:
    """Return the fitted recommender, and what the memory made us change.

    Raises `TooLargeError`, with what would fit instead, where nothing helps: better
    than a machine that kills the shop's processes.
    """
    arrangement = arrange(recipe.algorithm, rows, recipe.hyperparameters)
    recommender = create(recipe.algorithm, **arrangement.hyperparameters)
    return recommender.fit(rows), arrangement.remark
