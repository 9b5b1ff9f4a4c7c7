"""Make one visitor's lists anew, by the models that serve, between two trainings."""

import time
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
from django.db import router, transaction

from django_recsys.catalog import get_catalog
from django_recsys.exceptions import RecsysError
from django_recsys.learning import Interactions, Recommender, capabilities_of, prepare
from django_recsys.models import (
    Erasure,
    Interaction,
    RecommenderConfig,
    StoredRecommendations,
    TrainedModel,
)
from django_recsys.resilience.log_once import logger

from .artifact_storage import get_artifact_storage, load_artifact
from .context import TrainingContext
from .datasets import Dataset, read_dataset
from .release.publishing import ranked_lists
from .spec import spec_of

MODELS_KEPT = 2
"""Loaded in a worker at once, those used last."""
LARGEST_BYTES = 256 * 1024 * 1024
"""Of an artifact: what is larger waits for the next training, since each process of a
worker would hold it."""
CATALOGUE_SECONDS = 60
"""How long a worker believes what may be shown; serving asks the shop each time."""


def rescorable() -> list[TrainedModel]:
    """Return the serving models that know a visitor by the history alone."""
    configs = RecommenderConfig.objects.filter(
        is_enabled=True, serving__isnull=False
    ).select_related("serving")
    return [config.serving for config in configs if reads_histories(config.serving)]


def reads_histories(trained_model: TrainedModel) -> bool:
    """Say whether the model makes a list for each person, also for one it never saw."""
    try:
        can = capabilities_of(trained_model.algorithm, trained_model.hyperparameters)
    except RecsysError:
        return False
    is_made_for_one = can.is_personal and not can.is_baseline
    return is_made_for_one and can.handles_new_users and bool(trained_model.artifact)


def rescore(visitor_key: str) -> list[str]:
    """Make a visitor's lists anew; return the recommenders whose list was written.

    A model that cannot be loaded is left out and logged: its list is merely older.
    """
    dataset = read_dataset(visitor_key)
    if dataset is None:
        return []
    written = []
    for trained_model in rescorable():
        try:
            recommender = loaded(trained_model.artifact)
            if recommender is not None and write_list(
                trained_model, recommender, visitor_key, dataset
            ):
                written.append(trained_model.recommender.key)
        except (RecsysError, OSError) as error:
            logger.warning("%s could not rescore a visitor: %s", trained_model, error)
    return written


@lru_cache(maxsize=MODELS_KEPT)
def loaded(artifact: str) -> Recommender | None:
    """Return the recommender of an artifact, None for one that is too large.

    The name holds the digest of the content, so that one that is kept is never old.
    """
    if get_artifact_storage().size(artifact) > LARGEST_BYTES:
        return None
    return load_artifact(artifact)


def write_list(
    trained_model: TrainedModel,
    recommender: Recommender,
    visitor_key: str,
    dataset: Dataset,
) -> bool:
    """Replace the one list; return False where there is none to replace.

    Nothing is written for a model that stopped serving, or for a visitor who was
    erased, meanwhile.
    """
    rows = over_the_items_of(recommender, known_kinds(trained_model, dataset.rows))
    spec = spec_of(trained_model)
    prepared, _report = prepare(
        rows, kind_weights=spec.kind_weights, half_life_days=spec.half_life_days
    )
    if not len(prepared):
        return False
    one = np.array([0])
    [ranked] = ranked_lists(
        recommender,
        prepared.histories(),
        np.array([-1]),
        one,
        OneVisitor(replace(dataset, rows=rows)),
        n=trained_model.recommender.list_length,
    )
    if not ranked.item_ids:  # it knows the person by more than the history
        return False
    with transaction.atomic(using=router.db_for_write(StoredRecommendations)):
        live = RecommenderConfig.objects.select_for_update()
        is_live = live.filter(serving=trained_model).exists()
        if not is_live or not Interaction.objects.of(visitor_key).exists():
            return False
        if Erasure.objects.erased_since(dataset.read_at, [visitor_key]):
            return False
        StoredRecommendations.objects.update_or_create(
            trained_model=trained_model,
            visitor_key=visitor_key,
            defaults={"ranked": ranked.packed()},
        )
    return True


def known_kinds(trained_model: TrainedModel, rows: Interactions) -> Interactions:
    """Return the rows with the kinds numbered as in the training.

    Rows of a kind that did not occur there are left out.
    """
    names = tuple(trained_model.metrics.get("kinds", rows.kind_names))
    if rows.kinds is None or names == rows.kind_names:
        return rows
    rows = rows.select(rows.is_kind(*names))
    encode = [names.index(name) if name in names else 0 for name in rows.kind_names]
    kinds = np.array(encode, dtype=np.uint8)[rows.kinds]
    return replace(rows, kinds=kinds, kind_names=names)


def over_the_items_of(recommender: Recommender, rows: Interactions) -> Interactions:
    """Return the rows over the model's own items; those of others are left out."""
    positions = recommender.items_.indices(rows.items.ids.tolist())
    rows = rows.select(positions[rows.item_indices] >= 0)
    moved = positions[rows.item_indices].astype(np.int32)
    return replace(rows, items=recommender.items_, item_indices=moved)


@dataclass(eq=False)
class OneVisitor(TrainingContext):
    """The rows of one visitor over all items; it reads no catalogue of its own."""

    @cached_property
    def titles(self) -> dict[str, str]:
        """Nothing: serving fills in the titles of reasons from what it shows."""
        return {}

    @cached_property
    def visible(self) -> np.ndarray:
        """(n_items,) bool: what could be shown a minute ago."""
        mask = np.zeros(len(self.rows.items), dtype=bool)
        known = self.rows.items.indices(visible_ids(time.time() // CATALOGUE_SECONDS))
        mask[known[known >= 0]] = True
        return mask


@lru_cache(maxsize=1)
def visible_ids(_minute: float) -> list[str]:
    """Return what may be shown, read once in a minute."""
    return list(get_catalog().visible_ids())
