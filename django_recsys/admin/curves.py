"""Learning curves: loss and NDCG@10 after each interval."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

WIDTH, HEIGHT = 360, 140
MARGIN = 8
"""Units of the drawing, which scales with the page."""


@dataclass(frozen=True, slots=True)
class Line:
    """One series as a drawing shows it."""

    name: str
    css_class: str
    path: str
    """Points as SVG writes them; intervals without a value are left out."""
    first: float
    last: float
    lowest: float
    highest: float


def drawn(metrics: Mapping[str, Any]) -> str:
    """Render the curves of a training; "-" where nothing learned in epochs."""
    fits = (metrics or {}).get("curves") or {}
    titles = {
        "evaluate": _("The fit that was measured, on the older rows"),
        "fit": _("The fit that serves, on all rows"),
    }
    panels = [
        panel(title, fits[name]) for name, title in titles.items() if fits.get(name)
    ]
    if not panels:
        return "-"
    context = {"panels": panels, "width": WIDTH, "height": HEIGHT}
    return render_to_string("admin/django_recsys/curves.html", context)


def panel(title: str, curve: Mapping[str, Sequence[float | None]]) -> dict[str, Any]:
    """Return what one fit shows: its lines, and the same numbers as rows."""
    named = (("loss", _("Loss"), "loss"), ("ndcg@10", "NDCG@10", "ndcg"))
    lines = [line_of(label, name, curve.get(key) or ()) for key, label, name in named]
    seconds = curve.get("seconds") or ()
    return {
        "title": title,
        "lines": [line for line in lines if line is not None],
        "is_curve": len(curve["loss"]) > 1,
        "rows": list(
            zip(curve["loss"], curve.get("ndcg@10") or (), seconds, strict=True)
        ),
    }


def line_of(name: str, css_class: str, values: Sequence[float | None]) -> Line | None:
    """Return a series on the whole height of the drawing, None where it is empty."""
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    if not known:
        return None
    numbers = [value for _place, value in known]
    lowest, highest = min(numbers), max(numbers)
    span = highest - lowest or 1.0
    step = (WIDTH - 2 * MARGIN) / max(len(values) - 1, 1)
    points = [
        (
            MARGIN + place * step,
            HEIGHT - MARGIN - (value - lowest) / span * (HEIGHT - 2 * MARGIN),
        )
        for place, value in known
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return Line(name, css_class, path, numbers[0], numbers[-1], lowest, highest)
