"""Reading interactions into arrays, beside a plain `list(queryset)`, in one run.

    python benchmarks/reading.py [--rows 1400000]

Both read the same SQLite file, each in a process of its own so that peak memory is its
own; the arrays must hold every row. The result goes to benchmarks/results/reading.json.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RESULT = Path(__file__).parent / "results" / "reading.json"
VISITORS = 2_500
ITEMS = 68_000
ROUNDS = 3


def set_up(database: str) -> None:
    """Start Django on a file."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    os.environ["RECSYS_TEST_DATABASE_URL"] = f"sqlite:///{database}"
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()


def fill(database: str, count: int) -> None:
    """Write purchases of a year, ten to an order."""
    set_up(database)
    from django.core.management import call_command
    from django.db import connection, transaction

    call_command("migrate", verbosity=0)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    rows = (
        (
            f"user:{row % VISITORS}",
            str(row * 7919 % ITEMS),
            f"shop.orderline:{row}",
            f"{start + timedelta(seconds=20 * row):%Y-%m-%d %H:%M:%S}",
            "2027-01-01 00:00:00",
            f"{row // 10}",
        )
        for row in range(count)
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO django_recsys_interaction (visitor_key, item_id, event_id, "
            "occurred_at, recorded_at, reference, kind, quantity) "
            "VALUES (%s, %s, %s, %s, %s, %s, 'purchase', 1)",
            rows,
        )


def read_arrays() -> int:
    """Read as a training does."""
    from django_recsys.training.datasets import read_dataset

    dataset = read_dataset()
    return len(dataset.rows) if dataset else 0


def read_objects() -> int:
    """Read all rows as model instances."""
    from django_recsys.models import Interaction

    return len(list(Interaction.objects.all()))


WAYS = {"arrays": read_arrays, "list(queryset)": read_objects}


def measure(database: str, way: str) -> None:
    """Print seconds, rows and peak memory of one way."""
    set_up(database)
    import django_recsys.training.datasets  # noqa: F401 - not what is measured

    began = time.perf_counter()
    rows = WAYS[way]()
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"rows": rows, "seconds": seconds, "peak_mb": peak // 1024}))


def run(*arguments: str) -> str:
    """Run this file in a process of its own."""
    command = [sys.executable, __file__, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main() -> None:
    """Alternate both ways and compare the best of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_400_000)
    parser.add_argument("--fill", metavar="FILE")
    parser.add_argument("--measure", nargs=2, metavar=("FILE", "WAY"))
    options = parser.parse_args()
    if options.fill:
        fill(options.fill, options.rows)
        return
    if options.measure:
        measure(*options.measure)
        return
    with tempfile.TemporaryDirectory() as folder:
        database = str(Path(folder) / "reading.sqlite3")
        run("--fill", database, "--rows", str(options.rows))
        found = {
            way: [json.loads(run("--measure", database, way)) for _ in range(ROUNDS)]
            for way in WAYS
        }
    best = {way: min(each["seconds"] for each in found[way]) for way in WAYS}
    result = {
        "rows": options.rows,
        "runs": found,
        "ratio": round(best["list(queryset)"] / best["arrays"], 2),
        "bar": 5,
    }
    assert all(each["rows"] == options.rows for way in WAYS for each in found[way])
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
