"""An evaluation as one HTML page, and as JSON."""

import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from django_recsys.learning.metrics.ranking import HEADLINE
from django_recsys.learning.output_files import replacing, report_files
from django_recsys.learning.registry import import_with_extra

FACTS = ("protocol", "fit", "users", "items", "interactions", "test_interactions")
STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 66rem; margin: 2rem auto;
  padding: 0 1rem }
h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin-top: 2.5rem }
.wide { overflow-x: auto } table { border-collapse: collapse; width: 100% }
th, td { padding: .3rem .6rem; text-align: right; border-bottom: 1px solid #8884 }
th:first-child, td:first-child { text-align: left } td { vertical-align: top }
.note { opacity: .75 } .bad { color: #c22 } .hit { font-weight: 600 }
.lists td { text-align: left; font-size: .9rem } ol { margin: 0; padding-left: 1.2rem }
figure { margin: 1rem 0 } img { max-width: 100%; background: #fff }
"""
COLUMNS = {
    HEADLINE: "NDCG@10",
    "recall@10": "recall@10",
    "hit_rate@10": "hit rate@10",
    "coverage@10": "coverage@10",
    "popularity_bias@10": "popularity bias",
    "novelty@10": "novelty, bits",
    "fit_seconds": "fit, s",
    "recommend_seconds": "predict, s",
}


def write_report(results: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write PATH as one HTML page that needs nothing else, and JSON beside it.

    results: what the command line's ``evaluate`` prints, with "details". Raises
    MissingExtraError without the extra ``reports``.
    """
    plots = import_with_extra("report.plots", "reports").plots(results)
    path, beside = report_files(path)
    text = json.dumps({"results": list(results)}, indent=1)
    with replacing(path) as file, replacing(beside) as json_file:
        file.write(page(results, plots))
        json_file.write(text + "\n")


def page(results: Sequence[Mapping[str, Any]], plots: Mapping[str, str]) -> str:
    """Return the page; plots: title to an image as a data address."""
    figures = "".join(
        f'<h2>{escape(title)}</h2><figure><img alt="{escape(title)}" '
        f'src="{address}"></figure>'
        for title, address in plots.items()
    )
    ordered = sorted(results, key=score_of, reverse=True)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>Recommenders compared</title><style>{STYLE}</style></head><body>"
        f"<h1>Recommenders compared</h1>{_facts(ordered[0])}"
        f"<h2>Leaderboard</h2>{_leaderboard(ordered)}{figures}"
        f"<h2>Lists side by side</h2>{_examples(ordered)}"
        f"<h2>Settings</h2>{_settings(ordered)}</body></html>\n"
    )


def score_of(result: Mapping[str, Any]) -> float:
    """Return the headline metric on the algorithm's own task."""
    segment = result["segments"][result["task"]]["all"]
    return float(segment["metrics"].get(HEADLINE, 0.0))


def interval_of(result: Mapping[str, Any]) -> tuple[float, float]:
    """Return the 95% interval of ``score_of``."""
    segment = result["segments"][result["task"]]["all"]
    low, high = segment["intervals"].get(HEADLINE, (0.0, 0.0))
    return float(low), float(high)


def _facts(result: Mapping[str, Any]) -> str:
    words = [
        f"{name.replace('_', ' ')}: {result[name]:,}"
        if isinstance(result[name], int)
        else f"{name.replace('_', ' ')}: {escape(str(result[name]))}"
        for name in FACTS
    ]
    return f'<p class="note">{" · ".join(words)}</p>'


def _leaderboard(results: Sequence[Mapping[str, Any]]) -> str:
    head = "".join(f'<th scope="col">{label}</th>' for label in COLUMNS.values())
    rows = "".join(_row(result) for result in results)
    return (
        f'<div class="wide"><table><thead><tr><th scope="col">algorithm</th>'
        f'<th scope="col">task</th>{head}<th scope="col">against popular</th>'
        f"</tr></thead><tbody>{rows}</tbody></table></div>"
        '<p class="note">NDCG@10 with its 95% interval over users; "against popular" '
        "is the paired difference. Popularity bias: 1 is as popular as the items of "
        "the training data.</p>"
    )


def _row(result: Mapping[str, Any]) -> str:
    metrics = result["segments"][result["task"]]["all"]["metrics"]
    values = {**result, **metrics, **result["lists"][result["task"]]}
    cells = [_number(values.get(name)) for name in COLUMNS]
    low, high = interval_of(result)
    cells[0] += f'<br><span class="note">{low:.4f} to {high:.4f}</span>'
    body = "".join(f"<td>{cell}</td>" for cell in cells)
    return (
        f'<tr><th scope="row">{escape(result["algorithm"])}</th>'
        f"<td>{escape(result['task'])}</td>{body}<td>{_against(result)}</td></tr>"
    )


def _number(value: Any) -> str:
    return "-" if value is None else f"{value:.4f}" if value < 10 else f"{value:.1f}"


def _against(result: Mapping[str, Any]) -> str:
    difference = result.get("ndcg@10_above_popular", {}).get(result["task"])
    if difference is None:
        return "-"
    text = f"{difference['mean']:+.4f}<br>{difference['low']:+.4f} to "
    text += f"{difference['high']:+.4f}"
    if difference["low"] > 0:
        return text
    return f'<span class="bad">{text}<br>not above popular</span>'


def _examples(results: Sequence[Mapping[str, Any]]) -> str:
    shown = [each for each in results if each.get("details", {}).get("examples")]
    if not shown:
        return '<p class="note">No known user was evaluated.</p>'
    head = "".join(f'<th scope="col">{escape(r["algorithm"])}</th>' for r in shown)
    rows = ""
    for place, example in enumerate(shown[0]["details"]["examples"]):
        history = ", ".join(map(escape, map(str, example["history"])))
        cells = "".join(
            f"<td>{_list(r['details']['examples'], place)}</td>" for r in shown
        )
        rows += f"<tr><td>{place + 1}: {history}</td>{cells}</tr>"
    return (
        '<div class="wide"><table class="lists"><thead><tr><th scope="col">user, '
        f"newest items last</th>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        '<p class="note">Bold: relevant in the test.</p>'
    )


def _list(examples: Sequence[Mapping[str, Any]], place: int) -> str:
    if place >= len(examples):
        return "-"
    example = examples[place]
    items = "".join(
        f"<li{' class=hit' if hit else ''}>{escape(str(item))}</li>"
        for item, hit in zip(example["list"], example["found"], strict=True)
    )
    return f"<ol>{items}</ol>"


def _settings(results: Sequence[Mapping[str, Any]]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(result["algorithm"])}</th><td>'
        f"{escape(_in_words(result['hyperparameters']))}</td></tr>"
        for result in results
    )
    return f'<div class="wide"><table>{rows}</table></div>'


def _in_words(settings: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in settings.items()) or "none"
