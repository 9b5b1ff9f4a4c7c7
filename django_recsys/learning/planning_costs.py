"""Gigabytes and CPU seconds per term; written by benchmarks/engine_scaling.py."""

COSTS: dict[str, dict[str, dict[str, float]]] = {
    "popular": {"memory": {"rows": 0.0275}, "seconds": {"one": 0.00143, "rows": 0.255}},
    "trending": {
        "memory": {"rows": 0.0281},
        "seconds": {"one": 0.000202, "rows": 0.258},
    },
    "item_knn": {
        "memory": {"rows": 0.0569, "kept": 0.0328},
        "seconds": {"rows": 1.13, "choice": 94.8, "kept": 0.291, "products": 0.929},
    },
    "user_knn": {
        "memory": {"one": 0.0571, "rows": 0.0322, "kept_users": 0.00704},
        "seconds": {"one": 0.823, "rows": 2.31},
    },
    "graph": {
        "memory": {"one": 0.0363, "rows": 0.0838, "kept": 0.0583},
        "seconds": {"one": 1.63, "rows": 2.02},
    },
    "sequence_rules": {
        "memory": {"one": 0.0424, "rows": 0.0748, "kept": 0.0195},
        "seconds": {"one": 0.958, "rows": 3.03, "kept": 0.0615},
    },
    "ease": {
        "memory": {"rows": 0.0791, "square": 5.67},
        "seconds": {"choice": 13.1, "square": 134.0, "sweep": 0.132},
    },
    "als": {
        "memory": {"factors": 7.33},
        "seconds": {"rows": 4.79, "choice": 51.5, "solves": 0.351},
    },
    "svd": {
        "memory": {"rows": 0.0112, "factors": 17.2},
        "seconds": {"rows": 1.02, "choice": 65.6, "solves": 0.236},
    },
    "bought_together": {
        "memory": {"rows": 0.0201, "baskets": 28.9},
        "seconds": {"rows": 0.234, "baskets": 140.0},
    },
    "buy_again": {"memory": {"rows": 0.0406}, "seconds": {"rows": 0.324}},
}
