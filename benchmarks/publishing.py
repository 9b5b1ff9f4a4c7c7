"""Writing lists of a hundred items for 100,000 visitors, beside `update_or_create`.

    python -m benchmarks.publishing [--visitors 100000] [--sample 1000]

Ours writes all of them, with the pauses that let a shop's own writes in between.
`update_or_create` writes a sample, spread over the visitors,
into a table that holds all of them; its seconds are scaled up. Measured on SQLite in
a file, and the servers of the tests. The result goes to
benchmarks/results/publishing.json. The bar: ten times faster.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULT = Path(__file__).parent / "results" / "publishing.json"
LENGTH = 100
ITEMS = 20_000
BAR = 10


def measure(url: str, visitors: int, sample: int) -> dict[str, Any]:
    """Return seconds of both ways on one database."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    os.environ["RECSYS_TEST_DATABASE_URL"] = url
    import django

    django.setup()
    from django.core.management import call_command

    from django_recsys.models import (
        RecommenderConfig,
        StoredRecommendations,
        TrainedModel,
    )
    from django_recsys.models.lists import RankedItems
    from django_recsys.training.release.publishing import write

    call_command("migrate", verbosity=0)
    config, _is_new = RecommenderConfig.objects.get_or_create(
        key="ease", defaults={"algorithm": "ease"}
    )
    now = datetime(2026, 1, 1, tzinfo=UTC)
    models = [
        TrainedModel.objects.create(
            recommender=config, version=number, algorithm="ease", data_until=now
        )
        for number in (1, 2)
    ]

    def list_of(number: int) -> RankedItems:
        ids = [str((number * 31 + place * 7919) % ITEMS) for place in range(LENGTH)]
        scores = [round(1 - place / LENGTH, 4) for place in range(LENGTH)]
        return RankedItems(ids, scores, [None] * LENGTH)

    lists = ((f"user:{number}", list_of(number)) for number in range(visitors))
    began = time.perf_counter()
    write(StoredRecommendations, models[0], "visitor_key", lists)
    ours = time.perf_counter() - began
    began = time.perf_counter()
    for number in range(0, visitors, visitors // sample):
        StoredRecommendations.objects.update_or_create(
            trained_model=models[1],
            visitor_key=f"user:{number}",
            defaults={"ranked": list_of(number).packed()},
        )
    theirs = time.perf_counter() - began
    written = StoredRecommendations.objects.filter(trained_model=models[1]).count()
    assert StoredRecommendations.objects.count() == visitors + written
    scaled = theirs / written * visitors
    return {
        "visitors": visitors,
        "seconds": round(ours, 2),
        "update_or_create_sample": written,
        "update_or_create_sample_seconds": round(theirs, 2),
        "update_or_create_seconds_scaled": round(scaled, 1),
        "ratio": round(scaled / ours, 1),
        "bar": BAR,
    }


def run(url: str, visitors: int, sample: int) -> dict[str, Any]:
    """Measure in a process of its own: one process has one set of settings."""
    command = [sys.executable, "-m", "benchmarks.publishing", "--measure", url]
    sizes = ["--visitors", str(visitors), "--sample", str(sample)]
    done = subprocess.run(
        [*command, *sizes], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Measure each database once, print and keep the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=100_000)
    parser.add_argument("--sample", type=int, default=1_000)
    parser.add_argument("--measure", metavar="URL")
    options = parser.parse_args()
    sizes = (options.visitors, options.sample)
    if options.measure:
        print(json.dumps(measure(options.measure, *sizes)))
        return
    from benchmarks.hosts import SERVERS, empty_database

    result = {}
    with tempfile.TemporaryDirectory() as folder:
        result["sqlite"] = run(f"sqlite:///{folder}/lists.sqlite3", *sizes)
    for name, (variable, default) in SERVERS.items():
        with empty_database(os.environ.get(variable, default)) as url:
            result[name] = run(url, *sizes)
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
