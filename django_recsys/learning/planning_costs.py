"""Gigabytes and CPU seconds per term; written by benchmarks/engine_scaling.py."""

COSTS: dict[str, dict[str, dict[str, float]]] = {
    "popular": {"memory": {"rows": 0.026}, "seconds": {"rows": 0.319, "users": 3.34}},
    "trending": {
        "memory": {"rows": 0.0269, "items": 0.00394},
        "seconds": {"rows": 0.28, "users": 3.38},
    },
    "item_knn": {"memory": {"rows": 0.191}, "seconds": {"rows": 3.61, "kept": 1.69}},
    "ease": {
        "memory": {"rows": 0.318, "square": 6.14},
        "seconds": {"one": 0.0235, "rows": 0.998, "square": 173.0},
    },
    "als": {"memory": {"rows": 0.191}, "seconds": {"rows": 5.5, "solves": 0.544}},
    "svd": {"memory": {"rows": 0.307}, "seconds": {"rows": 2.88, "solves": 0.775}},
    "bought_together": {
        "memory": {"rows": 0.0233, "baskets": 28.8},
        "seconds": {"rows": 0.571, "baskets": 131.0},
    },
    "buy_again": {
        "memory": {"rows": 0.0259},
        "seconds": {"rows": 0.282, "users": 3.99},
    },
}
