"""Gigabytes and CPU seconds per term; written by benchmarks/engine_scaling.py."""

COSTS: dict[str, dict[str, dict[str, float]]] = {
    "popular": {"memory": {"rows": 0.026}, "seconds": {"rows": 0.319, "users": 3.34}},
    "trending": {
        "memory": {"rows": 0.0269, "items": 0.00394},
        "seconds": {"rows": 0.28, "users": 3.38},
    },
    "item_knn": {
        "memory": {"rows": 0.0405, "kept": 0.0414},
        "seconds": {"rows": 1.19, "choice": 94.6, "kept": 0.269, "products": 0.92},
    },
    "ease": {
        "memory": {"rows": 0.162, "square": 5.41},
        "seconds": {"rows": 0.0548, "choice": 12.8, "square": 139.0, "sweep": 0.0193},
    },
    "als": {
        "memory": {"factors": 7.77},
        "seconds": {"rows": 4.74, "choice": 50.8, "solves": 0.366},
    },
    "svd": {
        "memory": {"rows": 0.00994, "factors": 17.6},
        "seconds": {"rows": 1.03, "choice": 71.6, "passes": 0.635, "solves": 0.186},
    },
    "bought_together": {
        "memory": {"rows": 0.0233, "baskets": 28.8},
        "seconds": {"rows": 0.571, "baskets": 131.0},
    },
    "buy_again": {
        "memory": {"rows": 0.0259},
        "seconds": {"rows": 0.282, "users": 3.99},
    },
}
