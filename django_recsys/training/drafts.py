"""Drafts: settings that wait beside a live configuration to be adopted."""

from collections.abc import Mapping
from typing import Any

from django.db import router, transaction

from django_recsys.exceptions import ConfigurationError
from django_recsys.models import RecommenderConfig
from django_recsys.resilience.log_once import logger

SUFFIX = "-draft"


def write_draft(
    config: RecommenderConfig,
    hyperparameters: Mapping[str, Any],
    tuning: Mapping[str, Any],
) -> RecommenderConfig:
    """Put the settings beside the live ones; an older draft is written over."""
    draft = config.drafts.first() or RecommenderConfig(
        key=free_key(config), parent=config
    )
    draft.algorithm = config.algorithm
    draft.hyperparameters = dict(hyperparameters)
    draft.interaction_weights = config.interaction_weights
    draft.half_life_days = config.half_life_days
    draft.schedule = RecommenderConfig.Schedule.MANUAL
    draft.gate = RecommenderConfig.Gate.NEVER
    draft.is_enabled = False
    draft.tuning = dict(tuning)
    draft.save()
    return draft


def free_key(config: RecommenderConfig) -> str:
    """Return a key that no recommender has."""
    longest = RecommenderConfig._meta.get_field("key").max_length - len(SUFFIX) - 3
    key = base = config.key[:longest] + SUFFIX
    number = 1
    while RecommenderConfig.objects.filter(key=key).exists():
        number += 1
        key = f"{base}-{number}"
    return key


def adopt(draft: RecommenderConfig, *, by: str) -> RecommenderConfig:
    """Give the settings of a draft to its live configuration; return that.

    What serves goes on serving: the next training is the first to use them, and the
    gate judges it. Raises `ConfigurationError` for what is no draft.
    """
    config = draft.parent
    if config is None:
        raise ConfigurationError(f"{draft.key} is no draft.")
    with transaction.atomic(using=router.db_for_write(RecommenderConfig)):
        config.hyperparameters = draft.hyperparameters
        config.save(update_fields=["hyperparameters"])
        draft.delete()
    logger.info("The draft of %s was adopted by %s.", config.key, by)
    return config
