"""The figures of a report (extra ``reports``)."""

import base64
import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from django_recsys.learning.metrics.ranking import HEADLINE

from .page import interval_of, score_of
from .sections import ACTIVITIES

WIDTH, ROW_HEIGHT, DPI = 8.0, 0.42, 110
METRIC = "NDCG@10"
Results = Sequence[Mapping[str, Any]]


def plots(results: Results) -> dict[str, str]:
    """Return title to image, as data addresses of PNG."""
    ordered = sorted(results, key=score_of)
    figures = {
        "Accuracy with 95% intervals": leaderboard(ordered),
        "Accuracy against coverage": scatter(ordered, "coverage@10"),
        "Accuracy against fit time": scatter(ordered, "fit_seconds", is_log=True),
        "Popularity bias": bias(ordered),
        "New, light and heavy users": activity(ordered),
        "Would more data help?": curve(ordered),
    }
    return {
        title: address(figure)
        for title, figure in figures.items()
        if figure is not None
    }


def leaderboard(results: Results) -> Figure:
    """Draw the metric of each algorithm with its interval."""
    figure, axes = blank(rows=len(results))
    scores = np.array([score_of(each) for each in results])
    ends = np.array([interval_of(each) for each in results])
    errors = np.abs(ends.T - scores)
    axes.errorbar(scores, names(results), xerr=errors, fmt="o", capsize=3)
    axes.set_xlabel(METRIC)
    axes.set_xlim(left=0)
    return figure


def scatter(results: Results, name: str, *, is_log: bool = False) -> Figure:
    """Draw the metric over another number, one dot per algorithm."""
    figure, axes = blank()
    for each in results:
        found = each["lists"][each["task"]].get(name, each.get(name))
        if found is None:
            continue
        place = (max(found, 1e-3) if is_log else found, score_of(each))
        axes.plot(*place, "o")
        axes.annotate(
            each["algorithm"], place, xytext=(5, 4), textcoords="offset points"
        )
    if is_log:
        axes.set_xscale("log")
    axes.set_xlabel(name.replace("_", " "))
    axes.set_ylabel(METRIC)
    return figure


def bias(results: Results) -> Figure:
    """Draw how popular shown items are, against those of the training data."""
    figure, axes = blank(rows=len(results))
    values = [
        each["lists"][each["task"]].get("popularity_bias@10", 0.0) for each in results
    ]
    axes.barh(names(results), values)
    axes.axvline(1.0, color="black", linewidth=1)
    axes.set_xlabel("1: as popular as the items of the training data")
    return figure


def activity(results: Results) -> Figure | None:
    """Draw the metric of each group of users."""
    shown = [each for each in results if each.get("details", {}).get("activity")]
    if not shown:
        return None
    figure, axes = blank(rows=2 * len(shown))
    for place, group in enumerate(ACTIVITIES):
        found = [each["details"]["activity"].get(group) for each in shown]
        values = [each[HEADLINE] if each else 0.0 for each in found]
        heights = np.arange(len(shown)) + (1 - place) * 0.27
        axes.barh(heights, values, height=0.25, label=group)
    axes.set_yticks(np.arange(len(shown)), names(shown))
    axes.set_xlabel(METRIC)
    axes.legend()
    return figure


def curve(results: Results) -> Figure | None:
    """Draw the metric over the share of the training data."""
    shown = [each for each in results if each.get("details", {}).get("curve")]
    if not shown:
        return None
    figure, axes = blank()
    for each in shown:
        points = [p for p in each["details"]["curve"] if p[HEADLINE] is not None]
        axes.plot(
            [100 * point["share"] for point in points],
            [point[HEADLINE] for point in points],
            marker="o",
            label=each["algorithm"],
        )
    axes.set_xlabel("% of the users in training")
    axes.set_ylabel(METRIC)
    axes.set_ylim(bottom=0)
    axes.legend(fontsize="small", ncols=2)
    return figure


def names(results: Results) -> list[str]:
    return [each["algorithm"] for each in results]


def blank(rows: int | None = None) -> tuple[Figure, Any]:
    """Return a figure with one plot, without global state: threads may draw."""
    height = 4.2 if rows is None else 1.2 + ROW_HEIGHT * rows
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    axes = figure.subplots()
    axes.grid(alpha=0.3)
    axes.set_axisbelow(True)
    return figure, axes


def address(figure: Figure) -> str:
    """Return the figure as a data address of a PNG."""
    content = io.BytesIO()
    FigureCanvasAgg(figure).print_figure(content, dpi=DPI, format="png")
    return "data:image/png;base64," + base64.b64encode(content.getvalue()).decode()
