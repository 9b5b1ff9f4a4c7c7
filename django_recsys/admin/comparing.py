"""What a training measured, as tables."""

from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string
from django.utils.formats import number_format


def compared(metrics: Mapping[str, Any]) -> str:
    """Render the metrics of a training; "-" where nothing was measured."""
    columns = [metrics.get(name) or {} for name in ("model", "serving", "popular")]
    names = list(dict.fromkeys(name for column in columns for name in column))
    if not names and not metrics.get("reason"):
        return "-"
    rows = [(name, [column.get(name) for column in columns]) for name in names]
    return render_to_string(
        "admin/django_recsys/comparison.html",
        {
            "rows": rows,
            "metrics": metrics,
            "headline": metrics.get("metric"),
            "to_popular": metrics.get("difference_to_popular"),
            "to_serving": metrics.get("difference_to_serving"),
        },
    )


def grouped(value: float | str) -> str:
    """Write thousands apart: counts of rows have seven figures."""
    if isinstance(value, int):
        return number_format(value, force_grouping=True)
    return str(value)


def described_steps(preparation: Mapping[str, Any]) -> str:
    """Render the counts of the data preparation."""
    if not preparation:
        return "-"
    counts = [
        (name.replace("_", " "), grouped(value))
        for name, value in preparation.items()
        if isinstance(value, (int, float, str)) and not isinstance(value, bool)
    ]
    return render_to_string("admin/django_recsys/counts.html", {"counts": counts})
