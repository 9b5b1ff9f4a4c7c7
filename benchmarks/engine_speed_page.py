"""docs/engine/speed.md, from the results of engine_speed.py and engine_scaling.py."""

from __future__ import annotations

import json
from typing import Any

from engine_scaling_costs import FACTOR, FLOORS
from records import RESULTS, ROOT

PAGE = ROOT / "docs" / "engine" / "speed.md"
SCALING = RESULTS / "engine_scaling.json"
LARGEST_EXPONENT = 1.1

INTRODUCTION = """# Measured speed

Made by

```
RECSYS_TEST_DATA=folder python benchmarks/engine_speed.py --lenskit PYTHON
RECSYS_TEST_DATA=folder python benchmarks/engine_scaling.py
```

The engine beside specialised libraries: the same data and settings, two threads, in
turn in one run. The lists are medians of three rounds, the rest ran once. The machine
has two cores and was shared with other work, so that CPU seconds are more reliable
than wall time, and ratios more than either. What missed its bar, or could not be
measured, is listed in `benchmarks/results/attempts_*_speed.md`. Each library is called
in its fastest way: implicit warns against threads of BLAS inside its own, so BLAS has
one there.
"""


def page(results: dict[str, Any]) -> str:
    parts = [INTRODUCTION]
    parts += [WRITERS[part](results[part]) for part in WRITERS if part in results]
    if SCALING.exists():
        found = json.loads(SCALING.read_text())
        parts += [scaling(found["exponents"]), predictions(found["ratios"])]
    return "\n".join(parts)


def lists(result: dict[str, Any]) -> str:
    bars = {
        "6k x 3.7k x 64": 5.0,
        "22k x 12k x 64": 2.5,
        "60k items x 128": 1.5,
        "100k items x 128": None,
    }
    lines = [
        heading("Lists for all users from given factors", result),
        "The best ten of every user, seen items left out. *of the product* is the "
        "share of the rate of the matrix product alone, in the same slices and "
        "threads.\n",
        row("shape", "engine", "implicit", "times faster", "bar", "of the product"),
        rule(6),
    ]
    for name, found in result["measured"].items():
        share = ratio(found["product alone"], found["engine"])
        bar = f"{bars[name]:.1f}" if bars[name] else "60% of the product"
        lines.append(
            row(
                name,
                times(found["engine"]),
                times(found["implicit"]),
                both(ratio(found["implicit"], found["engine"])),
                bar,
                f"{share[0]:.0%}, {share[1]:.0%}",
            )
        )
    return "\n".join(lines) + "\n"


def ease(result: dict[str, Any]) -> str:
    found = result["measured"]
    own = found["ease"]
    bars = {
        "potrf and potri": "our time at most 1.5 of it",
        "numpy.linalg.inv": "our time at most 0.33 of it",
        "lenskit": "our CPU at most 0.6 of it",
    }
    lines = [
        heading("`ease`, from interactions to ready", result),
        f"amazon-toys, {own['items']:,.0f} items, its Gram matrix included; it takes "
        f"{own['dense_matrices']:.2f} dense float32 matrices of memory (bar: 2.2).\n",
        *beside(found, "ease", bars),
    ]
    if "same_metrics" in found:
        ours, theirs = found["same_metrics"]["engine"], found["same_metrics"]["lenskit"]
        metrics = "; ".join(
            f"{name} {ours[name]:.6f} with our weights, {theirs[name]:.6f} with theirs"
            for name in ours
        )
        lines.append(f"\nFitted on the same rows, by the same evaluator: {metrics}.")
    return "\n".join(lines) + "\n"


def als(result: dict[str, Any]) -> str:
    bars = {"implicit als": "our time at most 1.1 of it"}
    lines = [
        heading("`als`", result),
        "amazon-toys, the same factors, epochs and confidence.\n",
        *beside(result["measured"], "als", bars),
    ]
    return "\n".join(lines) + "\n"


def pairs(result: dict[str, Any]) -> str:
    found = result["measured"]
    rows = found["item_knn"]
    lines = [
        heading("Tables of pairs", result),
        f"completejourney, {rows['interactions']:,.0f} interactions with "
        f"{rows['items']:,.0f} items. Bars: no slower than implicit's cosine model, "
        "under 1 GB.\n",
        row(
            "fit",
            "CPU s, wall s",
            "of implicit's",
            "memory MB",
            "peak of the process MB",
        ),
        rule(5),
    ]
    for name, each in found.items():
        share = ratio(each, found["implicit cosine"])
        lines.append(
            row(
                name,
                times(each),
                both(share),
                f"{each['memory_bytes'] / 1e6:.0f}",
                f"{each['peak_bytes'] / 1e6:.0f}",
            )
        )
    return "\n".join(lines) + "\n"


def one(result: dict[str, Any]) -> str:
    found = dict(result["measured"])
    lines = [
        heading("A list for one user", result),
        f"{found.pop('items'):,} items, the model loaded from its artifact, the "
        "history passed in; bar for linear models: 2 ms in the median.\n",
        row("algorithm", "median ms", "95% ms"),
        rule(3),
    ]
    for name, each in found.items():
        lines.append(
            row(f"`{name}`", f"{each['median_ms']:.2f}", f"{each['p95_ms']:.2f}")
        )
    return "\n".join(lines) + "\n"


WRITERS = {"lists": lists, "ease": ease, "als": als, "pairs": pairs, "one": one}


def scaling(exponents: dict[str, dict[str, float]]) -> str:
    lines = [
        "## Growth\n",
        "amazon-toys resampled to 0.1, 1 and 8 million interactions: whole histories, "
        "drawn with replacement; one thread. The exponent is the slope of the "
        "logarithms over all sizes measured, without those below a twentieth of a "
        f"second or 10 MB; bar: {LARGEST_EXPONENT}. `ease` grows with "
        "the cube of the smaller of users and items; items do not grow here.\n",
        row("algorithm", "time", "memory"),
        rule(3),
    ]
    for name, each in exponents.items():
        slopes = [each["cpu_seconds"], each["memory_bytes"]]
        cells = ["too small" if slope is None else f"{slope:.2f}" for slope in slopes]
        lines.append(row(f"`{name}`", *cells))
    return "\n".join([*lines, "", "![growth](images/scaling.svg)"]) + "\n"


def predictions(ratios: dict[str, dict[str, list[float]]]) -> str:
    """Return the table of the planner's ratios, over the runs above its floors."""
    lines = [
        "## Predicted / measured\n",
        "The planner's estimate of a fit, divided by the fit as measured: the "
        "smallest and the largest ratio over all runs of `engine_scaling.py` above "
        f"{FLOORS['cpu_seconds']:g} CPU seconds or "
        f"{FLOORS['memory_bytes'] / 1e6:.0f} MB; bar: a factor "
        f"of {FACTOR:g}. These are the runs that the costs were fitted to; the machine "
        "was shared with other work, which alone changes CPU seconds by a half.\n",
        row("algorithm", "time", "memory"),
        rule(3),
    ]
    for name, each in ratios.items():
        ends = [each.get(kind) for kind in ("cpu_seconds", "memory_bytes")]
        cells = ["too small" if end is None else between(*end) for end in ends]
        lines.append(row(f"`{name}`", *cells))
    return "\n".join(lines) + "\n"


def between(smallest: float, largest: float) -> str:
    return f"{smallest:.2f} to {largest:.2f}"


def beside(found: dict[str, Any], own: str, bars: dict[str, str]) -> list[str]:
    lines = [row("", "CPU s, wall s", "ours is", "memory MB", "bar"), rule(5)]
    for name in (own, *bars):
        if name in found:
            lines.append(
                row(
                    name,
                    times(found[name]),
                    ""
                    if name == own
                    else both(ratio(found[own], found[name])) + " of it",
                    f"{found[name]['memory_bytes'] / 1e6:.0f}",
                    bars.get(name, ""),
                )
            )
    return lines


def heading(title: str, result: dict[str, Any]) -> str:
    return f"## {title}\n\nCommit {result['commit']}, {result['day']}."


def ratio(one: dict[str, float], other: dict[str, float]) -> tuple[float, float]:
    """Return the ratios of CPU and of wall seconds."""
    return tuple(one[each] / other[each] for each in ("cpu_seconds", "seconds"))


def both(ratios: tuple[float, float]) -> str:
    return f"{ratios[0]:.2f} CPU, {ratios[1]:.2f} wall"


def times(found: dict[str, float]) -> str:
    return f"{found['cpu_seconds']:.2f}, {found['seconds']:.2f}"


def row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def rule(columns: int) -> str:
    return "|---|" + "--:|" * (columns - 1)
