"""Gigabytes and CPU seconds per term; written by benchmarks/engine_scaling.py."""

CHOICE: dict[str, dict[str, float]] = {
    "memory": {
        "one": 0.000915,
        "rows": 0.0843,
        "choice_square": 7.66,
        "eval_users": 5.95,
    },
    "seconds": {
        "rows": 0.368,
        "choice_cube": 12.0,
        "eval_users": 49.1,
        "context_rows": 2.09,
    },
}
COSTS: dict[str, dict[str, dict[str, float]]] = {
    "popular": {
        "memory": {"one": 0.00177, "rows": 0.0345},
        "seconds": {"one": 0.00313, "rows": 0.103, "items": 0.0394},
    },
    "trending": {
        "memory": {"one": 0.00365, "rows": 0.0394},
        "seconds": {"one": 0.00449, "rows": 0.102},
    },
    "item_knn": {
        "memory": {"rows": 0.0516, "kept": 0.0563},
        "seconds": {"rows": 0.165, "kept": 0.166, "products": 5.39},
    },
    "user_knn": {
        "memory": {"one": 0.00111, "rows": 0.0476, "kept_users": 0.00146},
        "seconds": {
            "one": 0.00733,
            "rows": 0.0596,
            "takers": 0.241,
            "kept_users": 0.000694,
        },
    },
    "graph": {
        "memory": {"one": 0.00392, "rows": 0.0514, "kept": 0.0475, "products": 0.0255},
        "seconds": {"rows": 0.209, "kept": 0.104, "products": 5.03},
    },
    "sequence_rules": {
        "memory": {"one": 0.0501, "rows": 0.0358, "products": 0.182},
        "seconds": {"one": 0.0231, "rows": 0.602, "kept": 0.00925, "products": 1.92},
    },
    "ease": {
        "memory": {"one": 0.00607, "rows": 0.0736, "square": 7.19, "block": 5.37},
        "seconds": {"rows": 0.293, "square": 32.3, "cube": 4.11, "sweep": 0.0217},
    },
    "als": {
        "memory": {"one": 0.000617, "rows": 0.0471, "factors": 6.92},
        "seconds": {"one": 0.13, "rows": 2.88, "passes": 0.454, "solves": 0.221},
    },
    "bpr": {
        "memory": {"rows": 0.0741, "factors": 18.9},
        "seconds": {"rows": 7.42, "passes": 2.46, "solves": 0.0058},
    },
    "svd": {
        "memory": {"one": 0.00618, "rows": 0.0437, "factors": 15.8},
        "seconds": {"one": 0.0226, "passes": 3.41, "solves": 0.0651},
    },
    "content": {
        "memory": {"one": 0.0195, "rows": 0.0447, "factors": 6.97},
        "seconds": {"rows": 0.249, "passes": 2.23, "factors": 612.0},
    },
    "social": {
        "memory": {"one": 0.000649, "rows": 0.102, "users": 0.494},
        "seconds": {"rows": 0.119, "users": 7.12},
    },
    "blend": {
        "memory": {"at_a_time": 1.75, "ranked": 0.157},
        "seconds": {"ranked": 14.9},
    },
    "bought_together": {
        "memory": {"rows": 0.0425, "baskets": 31.6},
        "seconds": {"rows": 0.0355, "baskets": 115.0},
    },
    "buy_again": {
        "memory": {"one": 0.00446, "rows": 0.0617},
        "seconds": {"one": 0.00415, "rows": 0.179},
    },
    "autoencoder": {
        "memory": {"rows": 0.224, "vectors": 62.3},
        "seconds": {"one": 0.0863, "rows": 0.705, "sparse_histories": 94.7},
    },
    "gru": {
        "memory": {"one": 0.0067, "rows": 0.354, "vectors": 17.1},
        "seconds": {"one": 1.01, "softmax": 34.1},
    },
    "lstm": {
        "memory": {"rows": 0.35, "vectors": 80.6},
        "seconds": {"one": 0.738, "softmax": 45.2},
    },
    "cnn": {
        "memory": {"rows": 0.623, "vectors": 174.0},
        "seconds": {"one": 0.578, "softmax": 73.5},
    },
    "sasrec": {
        "memory": {"rows": 0.471, "vectors": 239.0},
        "seconds": {"one": 0.555, "softmax": 125.0},
    },
    "two_tower": {
        "memory": {"rows": 0.238, "vectors": 241.0},
        "seconds": {"one": 0.416, "softmax": 13.3, "layers": 2.15},
    },
}
