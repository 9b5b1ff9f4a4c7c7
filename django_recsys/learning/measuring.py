"""What the process of one algorithm does for the command line."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from .apart import tell_parent
from .base import Recommender, TrainingOptions
from .evaluation import Evaluation, evaluate
from .extras import import_room
from .hyperparameters import declared
from .registry import create
from .reporting import peak_rss_bytes
from .splitting import split
from .tables import (
    Columns,
    InteractionTable,
    categories_of,
    read_interactions,
    read_items,
)


def measured(
    options: argparse.Namespace, name: str, settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Return JSON of one evaluation, tuned before and told at length where asked."""
    table = read_interactions(options.file)
    items = item_columns(options)
    training = TrainingOptions(seed=options.seed, progress=tell_parent)
    found: dict[str, Any] = {}
    recommender = create(name, **settings)
    if options.tune is not None:
        found["tuning"] = tuned(options, recommender, table, training)
    evaluation = evaluate(
        recommender,
        table.interactions,
        options.protocol,
        fit=options.fit or "train",
        is_test=table.is_test,
        categories=None if items is None else categories_of(items, table.interactions),
        options=training,
    )
    # Before what only the report needs, which takes memory of its own.
    found["peak_rss_bytes"] = peak_rss_bytes()
    if options.report is not None:
        found["details"] = at_length(options, recommender, evaluation, table, items)
    found["per_user"] = {
        task: answers.values["ndcg@10"].tolist()
        for task, answers in evaluation.answers.items()
    }
    return {**evaluation.as_dict(), **found}


def tuned(
    options: argparse.Namespace,
    recommender: Recommender,
    table: InteractionTable,
    training: TrainingOptions,
) -> dict[str, Any] | None:
    """Search, set what was found, return how; None for one without choices."""
    if not declared(type(recommender)):
        return None
    found = import_room("tuning").tune(
        recommender.name,
        table.interactions,
        options.protocol,
        time_budget=timedelta(seconds=options.tune),
        start=recommender.hyperparameters,
        is_test=table.is_test,
        storage=options.study,
        options=training,
    )
    recommender.set_hyperparameters(**found.hyperparameters)
    result: dict[str, Any] = found.as_dict()
    return result


def at_length(
    options: argparse.Namespace,
    recommender: Recommender,
    evaluation: Evaluation,
    table: InteractionTable,
    items: Columns | None,
) -> dict[str, Any]:
    """Return what only the report shows."""
    from .report_details import details

    parts = split(
        table.interactions,
        options.protocol,
        fit=options.fit or "train",
        is_test=table.is_test,
    )
    training = TrainingOptions(seed=options.seed)
    return details(
        recommender, evaluation, parts, titles=titles_of(items), options=training
    )


def item_columns(options: argparse.Namespace) -> Columns | None:
    """Return the columns of --items, else of the file beside FILE; None for none."""
    beside: list[Path] = [
        options.file.with_name(f"items{suffix}") for suffix in (".parquet", ".csv")
    ]
    found = [path for path in beside if path.is_file()]
    path = options.items or (found[0] if found else None)
    return None if path is None else read_items(path)


def titles_of(items: Columns | None) -> dict[str, str]:
    """Return item id to what people call it, where the file says so."""
    if items is None or "title" not in items:
        return {}
    pairs = zip(items["item"], items["title"], strict=True)
    return {str(item): str(title) for item, title in pairs if title}
