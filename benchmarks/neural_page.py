"""docs/engine/neural-quality.md and its plot, from what neural_quality.py measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from records import RESULTS, read_summary

DOCS = Path(__file__).resolve().parent.parent / "docs" / "engine"
PLOTTED = "toys"  # the part of which the summary keeps the curves
PLOT = "images/neural_curves.svg"
NEW = "new-items/all"
REFERENCES = ("popular", "sequence_rules", "ease", "content", "blend")
REPEATERS = ("buy_again",)  # where repeat purchases count


def write_page() -> None:
    """Write the page; a part that was never measured is left out."""
    toys, ids, retail, cold, blend = (
        read_summary(f"neural_{part}.json")
        for part in (PLOTTED, "ids", "retail", "cold", "blend")
    )
    parts = [INTRODUCTION]
    if toys:
        plot(toys, DOCS / PLOT)
        parts += [
            "## amazon-toys, `leave-one-out`, mean of three seeds\n",
            table(toys + references("amazon-toys")),
            verdicts(toys, references("amazon-toys")),
            f"![Loss and NDCG@10 by epoch]({PLOT})\n",
            "Loss, and NDCG@10 on the validation rows, by epoch, seed 0.\n",
        ]
    if ids:
        parts += ["### By ids alone\n", IDS, table(ids)]
    if blend:
        parts += ["## With and without deep models in the blend\n", table(blend)]
        parts += [
            gain(each["ndcg@10_above_blend"], f"`{each['algorithm']}`", "`blend`")
            for each in blend[1:]
        ]
    if cold:
        parts += ["## Items without interactions\n", COLD, table(cold)]
        above = cold[-1]["ndcg@10_above_content"]["new-items"]
        parts.append(gain(above, "`two_tower`", "`content`"))
    if retail:
        others = references("online-retail", *REPEATERS)
        parts += [
            "## online-retail, `temporal`\n",
            RETAIL,
            table(retail + others),
            verdicts(retail, references("online-retail")),
        ]
    speed = RESULTS / "neural_speed.json"
    if speed.exists():
        costs = cost(json.loads(speed.read_text()))
        parts += ["## Cost\n", costs, whole_fits(toys)]
    (DOCS / "neural-quality.md").write_text("\n".join(parts))


def references(dataset: str, *more: str) -> list[dict[str, Any]]:
    found = read_summary(f"engine_{dataset}.json")
    return [each for each in found if each["algorithm"] in (*REFERENCES, *more)]


def table(results: list[dict[str, Any]]) -> str:
    """Return one row per result; columns that none has are left out."""
    head = ["algorithm", "HR@10", "NDCG@10", "95%", "any-items", "fit CPU s", "MB"]
    lines = [row(each) for each in results]
    if not any(line[4] for line in lines):
        head, lines = drop(head, 4), [drop(line, 4) for line in lines]
    rule = "|---|" + "--:|" * (len(head) - 1)
    body = ["| " + " | ".join(line) + " |" for line in [head, *lines]]
    return "\n".join([body[0], rule, *body[1:]]) + "\n"


def row(result: dict[str, Any]) -> list[str]:
    low, high = result["interval"]
    again = result["ndcg@10"].get("any-items/all")
    seeds = [each["ndcg@10"] for each in result.get("by_seed", [])]
    spread = f" ({min(seeds):.4f} to {max(seeds):.4f})" if seeds else ""
    return [
        f"`{result['algorithm']}`",
        f"{result['hit_rate@10'][NEW]:.4f}",
        f"{result['ndcg@10'][NEW]:.4f}{spread}",
        f"{low:.4f} to {high:.4f}",
        f"{again:.4f}" if again else "",
        f"{result['fit_cpu_seconds']:.0f}",
        f"{result['peak_rss_bytes'] / 1e6:.0f}" if "peak_rss_bytes" in result else "",
    ]


def drop(values: list[str], at: int) -> list[str]:
    return values[:at] + values[at + 1 :]


def verdicts(deep: list[dict[str, Any]], others: list[dict[str, Any]]) -> str:
    """Say of each deep model which simple ones it does not beat."""
    rivals = {each["algorithm"]: each["ndcg@10"][NEW] for each in others}
    lines = []
    for each in deep:
        own = each["ndcg@10"][NEW]
        ahead = [name for name, value in rivals.items() if value >= own]
        if ahead:
            names = ", ".join(f"`{name}`" for name in ahead)
            lines.append(f"- `{each['algorithm']}` does not beat {names}.")
        else:
            lines.append(f"- `{each['algorithm']}` is above all of them.")
    return "\n".join(lines) + "\n"


def gain(difference: dict[str, float], ours: str, theirs: str) -> str:
    """Say how much better one is than the other, on the same users."""
    mean, low, high = (difference[name] for name in ("mean", "low", "high"))
    interval = f"({low:+.4f} to {high:+.4f})"
    doubt = ", which is not significant" if low <= 0 <= high else ""
    side = "below" if high < 0 else "above"
    return f"NDCG@10 of {ours} {side} {theirs}: {mean:+.4f} {interval}{doubt}.\n"


def plot(results: list[dict[str, Any]], path: Path) -> None:
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot

    mpl.rcParams["svg.hashsalt"] = "neural"  # the same figures give the same file
    figure, (losses, scores) = pyplot.subplots(1, 2, figsize=(10, 3.6))
    for each in results:
        curve = each.get("curve", [])
        epochs = range(1, len(curve) + 1)
        losses.plot(epochs, [point[0] for point in curve], label=each["algorithm"])
        scores.plot(epochs, [point[1] for point in curve], label=each["algorithm"])
    losses.set(xlabel="epoch", ylabel="loss", title="Loss in training")
    scores.set(xlabel="epoch", ylabel="NDCG@10", title="NDCG@10, held out")
    scores.legend(frameon=False)
    for axes in (losses, scores):
        axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def cost(speed: dict[str, Any]) -> str:
    lines = [
        f"`python benchmarks/neural_speed.py`, {speed['threads']} thread(s), runs "
        "alternating, the median of three: the same transformer (64 dimensions, 2 "
        "blocks, length 50) with a softmax over all items. A target is one row. "
        "A peer that makes a row of every prefix loses most on long histories; on "
        "short ones over many items all spend their time in the same softmax.\n",
        "| data | library | targets per CPU second | ours is |",
        "|---|---|--:|--:|",
    ]
    for data in ("amazon-toys", "ml-latest-small"):
        found = speed[data]
        per_user = found["interactions"] / found["users"]
        shape = f"{data}: {per_user:.0f} rows per user, {found['items']:,} items"
        rates = found["targets_per_cpu_second"]
        for name, rate in rates.items():
            times = rates["ours"] / rate
            said = "" if name == "ours" else f"{times:.1f} times as fast"
            lines.append(f"| {shape} | {name} | {rate:,.0f} | {said} |")
    million = speed["million"]
    lines.append(
        f"\nAn epoch over {million['interactions']:,} interactions of "
        f"{million['users']:,} users and {million['items']:,} items peaks at "
        f"{million['peak_bytes'] / 1e9:.2f} GB; all users are then scored at "
        f"{million['users_per_second']:,.0f} a second "
        f"({million['users_per_cpu_second']:,.0f} per CPU second).\n"
    )
    return "\n".join(lines)


def whole_fits(toys: list[dict[str, Any]]) -> str:
    """Say what the whole fit of each takes on one thread, and what it reaches."""
    lines = ["A whole fit with the defaults on amazon-toys, one thread:\n"]
    lines += [
        f"- `{each['algorithm']}`: {each['fit_cpu_seconds']:.0f} CPU seconds to "
        f"HR@10 {each['hit_rate@10'][NEW]:.4f}, NDCG@10 {each['ndcg@10'][NEW]:.4f}"
        for each in toys
    ]
    return "\n".join(lines) + "\n"


INTRODUCTION = """# Deep models, measured

By `python benchmarks/neural_quality.py`: the engine's command line with its defaults.
All items are ranked, ties are pessimistic. Runs on the test split, all of them, stand
in `benchmarks/results/neural_runs.jsonl`. [What the models are](neural.md).

The items of amazon-toys have a category and a brand, those of online-retail a title
and a price, in a file that the command line reads by itself. `content`, `blend` and all
deep models but `autoencoder` learn from them, as they do from a shop's catalogue.
"""

IDS = """Published results of these models are by item ids alone. So are these, with
`with_features` off; three seeds.
"""

RETAIL = """HR@10 and NDCG@10 are over items that are new to a customer; any-items is
NDCG@10 with repeat purchases. One seed.
"""

COLD = """A tenth of the items is left out of training with all its rows; only these are
relevant, ranked among all items (`cold_items=0.1`, category and brand as
features). `content` has `new_items` at 1, which ranks new items highest. Five
draws of the tenth, each fitted with its own seed, are evaluated together.
"""
