"""What the trainings of one child process share: rows, catalogue, evaluations."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from django_recsys.catalog import get_catalog
from django_recsys.exceptions import RecsysError
from django_recsys.learning import (
    LABEL_COLUMNS,
    NUMBER_COLUMNS,
    TEXT_COLUMNS,
    Edges,
    Interactions,
    ItemFeatures,
    PreparationReport,
    Split,
    item_features,
    prepare,
    temporal_split,
    validation_split,
)
from django_recsys.resilience.log_once import logger

from .datasets import Dataset, read_dataset
from .social_graph import read_friends
from .spec import TrainingSpec

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(eq=False)
class TrainingContext:
    """Data read once and used by every training of a child process."""

    dataset: Dataset
    evaluations: dict[tuple[str, str], Any] = field(default_factory=dict)
    """Evaluations made already, by specification and task."""
    curves: dict[tuple[str, str], Any] = field(default_factory=dict)
    """Learning curves of these fits, by the same keys; None without epochs."""
    _prepared: dict[Any, tuple[Interactions, PreparationReport]] = field(
        default_factory=dict
    )

    @property
    def rows(self) -> Interactions:
        """The interactions as they were recorded."""
        return self.dataset.rows

    @cached_property
    def validation(self) -> Split:
        """The newest eighth cut off; raises DataError where there is too little."""
        return validation_split(self.rows)

    @cached_property
    def comparison(self) -> Split:
        """The newest fifth cut off, for what was chosen without it."""
        return temporal_split(self.rows)

    @cached_property
    def search(self) -> Split:
        """The newest eighth of what is older than the comparison, to choose by."""
        return validation_split(self.comparison.train)

    @cached_property
    def titles(self) -> dict[str, str]:
        """What every item of the catalogue is called."""
        records = get_catalog().records(fields=("title",))
        return {record.item_id: record.title for record in records}

    @cached_property
    def item_features(self) -> ItemFeatures:
        """What every item of the rows is, as far as the catalogue says it."""
        names = (*TEXT_COLUMNS, *LABEL_COLUMNS, *NUMBER_COLUMNS)
        columns: dict[str, list[Any]] = {name: [] for name in ("item", *names)}
        for record in get_catalog().records(fields=names):
            columns["item"].append(record.item_id)
            for name in names:
                value = getattr(record, name)
                is_number = name in NUMBER_COLUMNS and value is not None
                columns[name].append(float(value) if is_number else value)
        return item_features(columns, self.rows.items)

    @cached_property
    def friends(self) -> Edges | None:
        """Whom each visitor trusts; None where the host does not say."""
        return read_friends()

    @cached_property
    def with_catalogue(self) -> TrainingContext:
        """The same over all items that may be shown, also those without interactions.

        For recommenders that place an item by what it is; others would only carry it.
        """
        rows = self.rows.with_items(list(get_catalog().visible_ids()))
        return TrainingContext(replace(self.dataset, rows=rows))

    @cached_property
    def visible(self) -> np.ndarray:
        """(n_items,) bool: which of the rows' items may be shown now."""
        mask = np.zeros(len(self.rows.items), dtype=bool)
        known = self.rows.items.indices(list(get_catalog().visible_ids()))
        mask[known[known >= 0]] = True
        return mask

    @cached_property
    def purchased(self) -> csr_array:
        """(n_users, n_items): what each visitor bought."""
        return self.rows.select(self.rows.is_kind("purchase")).user_items()

    def older_rows(self, spec: TrainingSpec) -> Interactions:
        """Return what a model is fitted on to be measured."""
        return self._prepare(spec, "older", self.validation.train)[0]

    def rows_to_search(self, spec: TrainingSpec) -> Interactions:
        """Return what settings are tried on: no row of it is in the comparison."""
        return self._prepare(spec, "search", self.search.train)[0]

    def rows_to_compare(self, spec: TrainingSpec) -> Interactions:
        """Return what is fitted to be asked about the newest fifth."""
        return self._prepare(spec, "comparison", self.comparison.train)[0]

    def all_rows(self, spec: TrainingSpec) -> tuple[Interactions, PreparationReport]:
        """Return what a model is fitted on to serve, and how it came about."""
        return self._prepare(spec, "all", self.rows)

    def _prepare(
        self, spec: TrainingSpec, part: str, rows: Interactions
    ) -> tuple[Interactions, PreparationReport]:
        key = (repr(spec.kind_weights), spec.half_life_days, part)
        if key not in self._prepared:
            prepared, report = prepare(
                rows,
                kind_weights=spec.kind_weights,
                half_life_days=spec.half_life_days,
                known_items=self.titles,
            )
            left_out = report.future_rows + self.dataset.future_rows
            self._prepared[key] = prepared, replace(report, future_rows=left_out)
        return self._prepared[key]


def open_context() -> TrainingContext:
    """Read the rows; raises `RecsysError` where a shop has none yet."""
    dataset = read_dataset()
    if dataset is None:
        raise RecsysError(
            "No interactions are recorded yet: run recsys_backfill, or wait for the "
            "first visitors."
        )
    if dataset.future_rows:
        logger.warning(
            "%d interactions lie in the future and are left out of the training; "
            "recsys_doctor names the newest.",
            dataset.future_rows,
        )
    return TrainingContext(dataset)
