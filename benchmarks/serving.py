"""The time of a cached block, beside the two queries that fetch the same rows.

    python -m benchmarks.serving [--items 10000] [--visitors 2000] [--rounds 400]

Every round asks for one visitor's block and, right before or after it in turn, runs
`StoredRecommendations.objects.get(...)` and `list(Product.objects.filter(pk__in=...))`
for the same visitor and the same 12 products. The medians go to
`benchmarks/results/serving.json`. The bar for the first ratio: at most 1.3.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results" / "serving.json"
LIST_LENGTH = 60
EVENTS_PER_VISITOR = 20


def main() -> None:
    """Build a shop in a temporary file, measure, print and write the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--visitors", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=400)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["RECSYS_TEST_DATABASE_URL"] = f"sqlite:///{folder}/shop.sqlite3"
        os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
        import django

        django.setup()
        shop = Shop(options.items, options.visitors)
        found = {
            "items": options.items,
            "visitors": options.visitors,
            "rounds": options.rounds,
            **shop.measure(options.rounds),
        }
    print(json.dumps(found, indent=2))
    RESULTS.write_text(json.dumps(found, indent=2) + "\n")


class Shop:
    """A catalogue, visitors with histories, and what a training would have stored."""

    def __init__(self, items: int, visitors: int) -> None:
        from django.core.management import call_command

        from tests import factories

        self.chance = random.Random(7)  # noqa: S311 - repeatable, not secret
        call_command("migrate", run_syncdb=True, verbosity=0)
        self.products = factories.make_products(items)
        self.visitors = [f"user:{number}" for number in range(1, visitors + 1)]
        self.models = {
            key: factories.make_serving_model(key)
            for key in ("ease", "item_knn", "trending", "popular")
        }
        self._record()
        self._store(factories)

    def _record(self) -> None:
        from django_recsys.models import Interaction
        from tests.factories import TRAINED_AT

        Interaction.objects.bulk_create(
            [
                Interaction(
                    visitor_key=key,
                    item_id=str(self.chance.choice(self.products).pk),
                    kind=self.chance.choice(("view", "purchase")),
                    occurred_at=TRAINED_AT - timedelta(days=age),
                    recorded_at=TRAINED_AT - timedelta(days=age),
                )
                for key in self.visitors
                for age in range(1, EVENTS_PER_VISITOR + 1)
            ],
            batch_size=1000,
        )

    def _store(self, factories: Any) -> None:
        from django.db import transaction

        from django_recsys.models.lists import Reason

        with transaction.atomic():
            for key in self.visitors:
                reason = Reason("1", "Product 1", "purchase")
                for name in ("ease", "item_knn"):
                    chosen = self.chance.sample(self.products, LIST_LENGTH)
                    factories.store_list(
                        self.models[name], key, chosen, [reason] * LIST_LENGTH
                    )
            for product in self.products:
                near = self.chance.sample(self.products, 40)
                factories.store_neighbors(self.models["item_knn"], product, near)
            for name in ("trending", "popular"):
                chosen = self.chance.sample(self.products, 2 * LIST_LENGTH)
                factories.store_for_everyone(self.models[name], chosen)

    def measure(self, rounds: int) -> dict[str, float]:
        """Return medians in microseconds and their ratios."""
        from tests.factories import make_interaction

        warm, bare = self._alternate(rounds)
        for key in self.visitors:
            make_interaction(key, self.chance.choice(self.products))
        news, _bare = self._alternate(rounds)
        guests = [timed(lambda: self._block(None)) for _ in range(rounds)]
        return {
            "bare_us": micro(bare),
            "block_us": micro(warm),
            "ratio": round(statistics.median(warm) / statistics.median(bare), 3),
            "block_with_news_us": micro(news),
            "block_of_a_guest_us": micro(guests),
        }

    def _alternate(self, rounds: int) -> tuple[list[float], list[float]]:
        blocks, bare = [], []
        for turn in range(rounds + 20):
            key = self.chance.choice(self.visitors)
            ids = [each.item.pk for each in self._block(key).items]
            assert len(ids) == 12
            timings = [
                (blocks, lambda key=key: self._block(key)),
                (bare, lambda key=key, ids=ids: self._bare(key, ids)),
            ]
            for kept, action in timings if turn % 2 else reversed(timings):
                spent = timed(action)
                if turn >= 20:  # the first rounds warm everything up
                    kept.append(spent)
        return blocks, bare

    def _block(self, key: str | None) -> Any:
        from django_recsys.serving import recommend_for

        return recommend_for("recommended", visitor_key=key, n=12)

    def _bare(self, key: str, ids: list[int]) -> Any:
        from django_recsys.models import StoredRecommendations
        from tests.hosts.shop.models import Product

        StoredRecommendations.objects.get(
            visitor_key=key, trained_model_id=self.models["ease"].pk
        )
        return list(Product.objects.filter(pk__in=ids))


def timed(action: Callable[[], Any]) -> float:
    """Return the seconds that one call takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def micro(seconds: list[float]) -> float:
    """Return the median in microseconds."""
    return round(statistics.median(seconds) * 1e6, 1)


if __name__ == "__main__":
    main()
