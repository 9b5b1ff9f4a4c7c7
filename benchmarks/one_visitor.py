"""What one visitor can cost the shop: a batch of events, a list, an export.

    python -m benchmarks.one_visitor [--rows 300000] [--rounds 20]

On one SQLite file with a write-ahead log. A batch of a hundred events is sent beside a
hundred calls of `record_interaction`, which store the same rows one by one; a list is
asked for by a visitor with many rows beside one with a hundred; an export is streamed
beside one that is made in one piece (peak of what Python allots). The ratios go to
`benchmarks/results/one_visitor.json`. Bars: the batch under a third, the list under
15 (it was 64 before reads were bounded), the export under a tenth.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results" / "one_visitor.json"
EVENTS = 100
START = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> None:
    """Make a shop in a temporary file, measure, print and write the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["RECSYS_TEST_DATABASE_URL"] = f"sqlite:///{folder}/shop.sqlite3"
        os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", run_syncdb=True, verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode = WAL")
        fill(options.rows)
        found = {
            "rows": options.rows,
            "batch_of_calls": batch(options.rounds),
            "list_of_few_rows": lists(options.rounds),
            "export_of_one_piece": export(),
        }
    print(json.dumps(found, indent=2))
    RESULTS.write_text(json.dumps(found, indent=2) + "\n")


def fill(rows: int) -> None:
    """Store many rows of one visitor, and a hundred of another."""
    from django_recsys.tracking import make_row
    from django_recsys.tracking.bulk_insert import insert_rows
    from tests.factories import make_products, make_serving_model

    make_products(500)
    make_serving_model("ease", data_until=START)
    insert_rows(
        make_row(
            visitor_key=visitor,
            item_id=str(1 + number * 7 % 500),
            kind="purchase" if number % 50 == 0 else "view",
            occurred_at=START + timedelta(seconds=number),
            recorded_at=START + timedelta(seconds=number),
        )
        for visitor, count in (("user:many", rows), ("user:few", EVENTS))
        for number in range(count)
    )


def batch(rounds: int) -> dict[str, float]:
    """Return the median milliseconds of both, and their ratio."""
    from django.utils import timezone

    from django_recsys.tracking import make_row, record_batch, record_interaction

    def at_once() -> None:
        now = timezone.now()
        record_batch(
            "user:1",
            [
                make_row(
                    visitor_key="user:1",
                    item_id=str(1 + number),
                    kind="view",
                    occurred_at=now,
                    recorded_at=now,
                )
                for number in range(EVENTS)
            ],
        )

    def one_by_one() -> None:
        for number in range(EVENTS):
            record_interaction(item=1 + number, kind="view", visitor_key="user:1")

    return compared(at_once, one_by_one, rounds)


def lists(rounds: int) -> dict[str, float]:
    """Return the median milliseconds of both lists, and their ratio."""
    from django_recsys.serving import recommend_for

    return compared(
        lambda: recommend_for("recommended", visitor_key="user:many"),
        lambda: recommend_for("recommended", visitor_key="user:few"),
        rounds,
    )


def compared(
    first: Callable[[], Any], second: Callable[[], Any], rounds: int
) -> dict[str, float]:
    """Call both in turn; return the medians in milliseconds, and first over second."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds + 1):
        for ways, spent in zip((first, second), times, strict=True):
            began = time.perf_counter()
            ways()
            spent.append(1000 * (time.perf_counter() - began))
    ours, theirs = (statistics.median(spent[1:]) for spent in times)
    return {
        "ms": round(ours, 2),
        "other_ms": round(theirs, 2),
        "ratio": round(ours / theirs, 3),
    }


def export() -> dict[str, float]:
    """Return the peak megabytes of both exports, and their ratio."""
    from django_recsys.tracking import export_visitor, stream_export

    def streamed() -> None:
        for _part in stream_export("user:many"):
            pass

    ours, theirs = peak(streamed), peak(lambda: export_visitor("user:many"))
    return {
        "mb": round(ours, 2),
        "other_mb": round(theirs, 2),
        "ratio": round(ours / theirs, 4),
    }


def peak(call: Callable[[], Any]) -> float:
    """Return the peak of what Python allots meanwhile, in megabytes."""
    tracemalloc.start()
    call()
    found = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return found


if __name__ == "__main__":
    main()
