"""Fit one small model of every algorithm, save it, and note what it answers.

Called by `write_before`; needs the extra `neural`.
"""

import math
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from django_recsys.learning import ALGORITHMS, Interactions, create, load, prepare, save
from django_recsys.learning.exceptions import DataError

DAY = 86_400.0
START = 1_700_000_000.0
ELSEWHERE = {"social"}
"""Needs friendships, which no public name makes: the shop's own training writes it."""
DEEP = {"embedding_size": 4, "epochs": 3, "negatives": 8}
SEQUENCES = {**DEEP, "batch_tokens": 128, "max_length": 6}
SETTINGS: dict[str, tuple[str, dict[str, Any]]] = {
    "popular-by-category": ("popular", {"by_category": True}),
    "als": ("als", {"embedding_size": 4}),
    "bpr": ("bpr", {"embedding_size": 4, "epochs": 20}),
    "svd": ("svd", {"embedding_size": 4}),
    "content": ("content", {"embedding_size": 4}),
    "ease-of-some-items": ("ease", {"most_items": 6}),
    "bought_together": ("bought_together", {"fewest_customers": 3, "significance": 0}),
    "blend": ("blend", {"sources": "item_knn,ease,content,buy_again"}),
    "blend-in-turn": ("blend", {"sources": "ease,popular", "method": "fall-through"}),
    "autoencoder": (
        "autoencoder",
        {**DEEP, "hidden_size": 4, "batch_users": 8},
    ),
    "autoencoder-denoising": (
        "autoencoder",
        {**DEEP, "hidden_size": 4, "batch_users": 8, "variational": False},
    ),
    "gru": ("gru", {**SEQUENCES, "hidden_size": 4}),
    "lstm": ("lstm", {**SEQUENCES, "hidden_size": 4}),
    "cnn": ("cnn", {**SEQUENCES, "window": 3, "horizontal": 2, "vertical": 2}),
    "sasrec": ("sasrec", {**SEQUENCES, "blocks": 1}),
    "two_tower": ("two_tower", SEQUENCES),
}
"""Name of the file -> algorithm and hyper-parameters, where they are not the default
ones: the sizes are small, and what has several forms is written in each."""


def write_artifacts(folder: Path) -> dict[str, Any]:
    """Write the files into a folder; return what each model answers, by its name."""
    folder.mkdir(parents=True, exist_ok=True)
    plain = {name: (name, {}) for name in ALGORITHMS if name not in ELSEWHERE}
    answers = {}
    for name, (algorithm, values) in (plain | SETTINGS).items():
        rows = prepare(purchases(people=45, items=12))[0]
        answers[name] = written(folder / name, algorithm, values, rows)
    few = prepare(purchases(people=9, items=12))[0]
    answers["ease-over-users"] = written(folder / "ease-over-users", "ease", {}, few)
    # Trees come only where they are sure to be better, which takes some more people.
    many = prepare(purchases(people=100, items=24, tastes=4, each=8, strays=0))[0]
    trees = {"sources": "popular,trending"}
    answers["blend-trees"] = written(folder / "blend-trees", "blend", trees, many)
    return answers


def purchases(
    *, people: int, items: int, tastes: int = 3, each: int = 6, strays: int = 1
) -> Interactions:
    """Return what people of some tastes bought, viewed and rated over two months."""
    random = np.random.default_rng(people)
    columns: dict[str, list[Any]] = {
        name: [] for name in ("user", "item", "weight", "time", "kind", "basket")
    }
    for person in range(people):
        own = np.arange(person % tastes, items, tastes)
        taken = [*random.choice(own, each), *random.integers(0, items, strays)]
        for step, item in enumerate(taken):
            kind = ("purchase", "purchase", "view", "rating")[step % 4]
            columns["user"].append(f"u{person:02}")
            columns["item"].append(f"i{item:02}")
            columns["weight"].append(float(random.integers(1, 6)))
            columns["time"].append(START + DAY * (8 * (step // 2) + random.random()))
            columns["kind"].append(kind)
            columns["basket"].append(f"{person}-{step // 2}")
    return Interactions.from_arrays(
        columns["user"],
        columns["item"],
        columns["weight"],
        columns["time"],
        columns["kind"],
        columns["basket"],
    )


def table_of(item_ids: list[str], tastes: int) -> dict[str, list[Any]]:
    """Return what the shop says of the items."""
    numbers = [int(item[1:]) for item in item_ids]
    return {
        "item": item_ids,
        "title": [f"thing {number % 5}" for number in numbers],
        "category": [f"shelf {number % tastes}" for number in numbers],
        "brand": ["ab"[number % 2] for number in numbers],
        "price": [float(3 + number) for number in numbers],
    }


def written(
    path: Path, algorithm: str, values: dict[str, Any], rows: Interactions
) -> dict[str, Any]:
    """Fit, save, load again, and ask."""
    ids = rows.items.ids.tolist()
    table = table_of(ids, tastes=4 if len(ids) > 12 else 3)
    save(create(algorithm, **values).fit(rows, items=table), path.with_suffix(".npz"))
    histories = [ids[1:4], [*ids[:8:3], "unknown"], []]
    return answers_of(path.with_suffix(".npz"), algorithm, histories)


def answers_of(path: Path, algorithm: str, histories: list[list[str]]) -> Any:
    """Return what the model of a file answers, and what it was asked."""
    model = load(path)
    seed = histories[0][0]
    lists = {
        what: in_json(
            model.recommend(
                ["nobody"] * len(histories),
                histories=histories,
                n=5,
                exclude_seen=what == "new",
            )
        )
        for what in ("new", "any")
    }
    found: dict[str, Any] = {
        "algorithm": algorithm,
        "extra": ALGORITHMS[algorithm][1],
        "histories": histories,
        **lists,
    }
    with suppress(DataError):  # it knows no similar items
        found["similar"] = in_json(model.similar_items([seed], n=5))
        found["similar_to"] = seed
    for wanted in lists["any"]["items"][0][:1]:
        reasons = model.explain(histories[0], wanted)
        found["explained"] = wanted
        found["reasons"] = {item: round(share, 6) for item, share in reasons}
    return found


def in_json(answer: Any) -> dict[str, Any]:
    """Return item ids and scores of each row, without the places that are padded."""
    rows = list(zip(answer.item_ids.tolist(), answer.scores.tolist(), strict=True))
    return {
        "items": [[item for item in items if item] for items, _ in rows],
        "scores": [
            [float(f"{score:.7g}") for score in scores if math.isfinite(score)]
            for _, scores in rows
        ],
    }
