"""The terms that the time and the memory of each algorithm are fitted to."""

from __future__ import annotations

COUNTING = ("one", "rows", "users", "items")
FACTORISING = ("one", "rows", "passes", "solves")
DEEP = ("one", "rows", "softmax", "layers")
PAIRING = ("one", "rows", "kept", "products")

DEEP_MODELS = ("autoencoder", "cnn", "gru", "lstm", "sasrec", "two_tower")

MEMORY_TERMS: dict[str, tuple[str, ...]] = {
    "popular": ("one", "rows", "items"),
    "trending": ("one", "rows", "items"),
    "buy_again": ("one", "rows", "items"),
    "bought_together": ("one", "rows", "baskets", "kept"),
    "ease": ("one", "rows", "square", "block"),
    "als": ("one", "rows", "factors"),
    "bpr": ("one", "rows", "factors"),
    "svd": ("one", "rows", "factors"),
    "content": ("one", "rows", "factors", "items"),
    "social": ("one", "rows", "users"),
    "user_knn": ("one", "rows", "kept_users"),
    "blend": ("one", "rows", "at_a_time", "ranked"),
    **dict.fromkeys(DEEP_MODELS, ("one", "rows", "vectors")),
}
SECOND_TERMS: dict[str, tuple[str, ...]] = {
    "popular": COUNTING,
    "trending": COUNTING,
    "buy_again": COUNTING,
    "bought_together": ("one", "rows", "baskets", "kept"),
    "ease": ("one", "rows", "products", "square", "cube", "sweep"),
    "als": FACTORISING,
    "bpr": FACTORISING,
    "svd": FACTORISING,
    "content": (*FACTORISING, "items", "factors"),
    "social": ("one", "rows", "users"),
    "user_knn": ("one", "rows", "takers", "kept_users"),
    "blend": ("one", "rows", "scored", "ranked"),
    **dict.fromkeys(DEEP_MODELS, DEEP),
    "autoencoder": ("one", "rows", "sparse_histories"),
}
# The choice of recency and trend: a model of the most popular items and its inverse,
# and the scores of the evaluated users, once for each value tried.
CHOICE_MEMORY = ("one", "rows", "choice_square", "eval_users")
CHOICE_SECONDS = ("one", "rows", "choice_cube", "eval_users", "context_rows")
# Tables of pairs of items: item_knn, graph, sequence_rules.
OTHER_MEMORY = ("one", "rows", "kept", "products")
OTHER_SECONDS = PAIRING
