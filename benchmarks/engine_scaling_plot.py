"""The plot of docs/engine/speed.md: how fits grow with the interactions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

IMAGE = Path(__file__).resolve().parent.parent / "docs/engine/images/scaling.svg"
KINDS = {
    "cpu_seconds": ("CPU seconds of a fit, one thread", 1.0),
    "memory_bytes": ("memory of a fit, MB", 1e6),
}


def resampled(runs: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """Return the algorithm's finished runs with its defaults, by size."""
    own = [
        each
        for each in runs
        if each["algorithm"] == name
        and each["source"] == "resampled"
        and not each["set"]
        and "sizes" in each
    ]
    return sorted(own, key=lambda each: each["amount"])


def draw(runs: list[dict[str, Any]], names: list[str]) -> None:
    """Write the plot of the algorithms named."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams["svg.hashsalt"] = "scaling"  # the same runs give the same file
    figure = Figure(figsize=(10, 5), layout="constrained")
    colors = mpl.colormaps["tab20"].colors
    for axes, (kind, (label, unit)) in zip(
        figure.subplots(1, 2), KINDS.items(), strict=True
    ):
        for color, name in zip(colors, names, strict=False):
            own = resampled(runs, name)
            rows = [each["sizes"]["interactions"] for each in own]
            taken = [max(each[kind], 1e-3) / unit for each in own]
            axes.loglog(rows, taken, marker="o", color=color, label=name)
        axes.set(xlabel="interactions", ylabel=label)
        axes.grid(visible=True, alpha=0.3)
    figure.legend(loc="outside right center")
    IMAGE.parent.mkdir(exist_ok=True)
    figure.savefig(IMAGE, metadata={"Date": None})
