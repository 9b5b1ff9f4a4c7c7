"""One evaluation, in a process of its own."""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django_recsys.learning.data import Edges
from django_recsys.learning.data.files import (
    Columns,
    InteractionTable,
    categories_of,
    read_edges,
    read_interactions,
    read_items,
)
from django_recsys.learning.evaluation.evaluator import Evaluation, evaluate
from django_recsys.learning.hyperparameters import searched_hyperparameters
from django_recsys.learning.recommender import Recommender, TrainingOptions
from django_recsys.learning.registry import create, import_with_extra
from django_recsys.learning.resources.memory import peak_rss_bytes
from django_recsys.learning.splitting.cold_start import withhold_items
from django_recsys.learning.splitting.protocols import split

from .subprocess_runner import report_to_parent


@dataclass(frozen=True, eq=False, kw_only=True)
class SideInformation:
    """Item features and friendships, beside the interactions."""

    items: Columns | None
    edges: Edges | None


def run_evaluation(
    options: argparse.Namespace, name: str, settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Return JSON of one evaluation; --tune tunes first, --report adds details."""
    table = read_interactions(options.file, encoding=options.encoding)
    side = SideInformation(items=item_columns(options), edges=edges_of(options))
    training = TrainingOptions(seed=options.seed, progress=report_to_parent)
    found: dict[str, Any] = {}
    recommender = create(name, **settings)
    if options.tune is not None:
        found["tuning"] = tune_recommender(options, recommender, table, side, training)
    items = side.items
    evaluation = evaluate(
        recommender,
        table.interactions,
        options.protocol,
        fit=options.fit or "train",
        is_test=table.is_test,
        hits=options.hits,
        categories=None if items is None else categories_of(items, table.interactions),
        items=items,
        edges=side.edges,
        cold_items=options.cold_items,
        options=training,
    )
    if hasattr(recommender, "curve_"):
        found["curve"] = recommender.curve_.tolist()
    # Before the details, which need memory of their own.
    found["peak_rss_bytes"] = peak_rss_bytes()
    if options.report is not None:
        found["details"] = report_details(options, recommender, evaluation, table, side)
    found["per_user"] = {
        task: results.values["ndcg@10"].tolist()
        for task, results in evaluation.results.items()
    }
    return {**evaluation.as_dict(), **found}


def tune_recommender(
    options: argparse.Namespace,
    recommender: Recommender,
    table: InteractionTable,
    side: SideInformation,
    training: TrainingOptions,
) -> dict[str, Any] | None:
    """Tune the recommender, return JSON; None where it has nothing to tune."""
    if not searched_hyperparameters(type(recommender)):
        return None
    found = import_with_extra("tuning.search", "tuning").tune(
        recommender.name,
        table.interactions,
        options.protocol,
        time_budget=timedelta(seconds=options.tune),
        start=recommender.hyperparameters,
        is_test=table.is_test,
        hits=options.hits,
        features=side.items,
        edges=side.edges,
        cold_items=options.cold_items,
        storage=options.study,
        options=training,
    )
    recommender.set_hyperparameters(**found.hyperparameters)
    result: dict[str, Any] = found.as_dict()
    return result


def report_details(
    options: argparse.Namespace,
    recommender: Recommender,
    evaluation: Evaluation,
    table: InteractionTable,
    side: SideInformation,
) -> dict[str, Any]:
    """Return what only the report shows."""
    from django_recsys.learning.report.sections import details

    parts = split(
        table.interactions,
        options.protocol,
        fit=options.fit or "train",
        is_test=table.is_test,
        hits=options.hits,
    )
    if options.cold_items:
        parts = withhold_items(parts, options.cold_items)
    return details(
        recommender,
        evaluation,
        parts,
        titles=titles_of(side.items),
        features=side.items,
        edges=side.edges,
        options=TrainingOptions(seed=options.seed),
    )


def item_columns(options: argparse.Namespace) -> Columns | None:
    """Return the columns of --items, else of the file beside FILE, if there is one."""
    path = _items_file(options)
    return None if path is None else read_items(path, encoding=options.encoding)


def edges_of(options: argparse.Namespace) -> Edges | None:
    """Return the edges of --edges, else of the file beside FILE, if there is one."""
    path = _edges_file(options)
    return None if path is None else read_edges(path, encoding=options.encoding)


def input_files(options: argparse.Namespace) -> list[Path]:
    """Return every file that the evaluation reads."""
    found = (options.file, _items_file(options), _edges_file(options))
    return [path for path in found if path is not None]


def _items_file(options: argparse.Namespace) -> Path | None:
    return options.items or _beside(options.file, "items")


def _edges_file(options: argparse.Namespace) -> Path | None:
    return options.edges or _beside(options.file, "edges")


def _beside(file: Path, name: str) -> Path | None:
    beside = [file.with_name(name + suffix) for suffix in (".parquet", ".csv")]
    return next((path for path in beside if path.is_file()), None)


def titles_of(items: Columns | None) -> dict[str, str]:
    """Return item id to title, where the file has titles."""
    if items is None or "title" not in items:
        return {}
    pairs = zip(items["item"], items["title"], strict=True)
    return {str(item): str(title) for item, title in pairs if title}
