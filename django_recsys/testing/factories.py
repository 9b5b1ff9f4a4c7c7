"""Small data of which the right recommendations are known."""

from collections.abc import Sequence

import numpy as np

from django_recsys.learning import Interactions

DAY = 86_400.0
START = 1_700_000_000.0


def checkerboard_histories(size: int, *, flipped: bool = False) -> list[list[str]]:
    """Return each user's items, oldest first: those of the user's colour but its own.

    With ``flipped`` users have the items of the other colour.
    """
    return [
        [
            str(item)
            for item in range(size)
            if (item + user + flipped) % 2 == 0 and item != user
        ]
        for user in range(size)
    ]


def checkerboard(
    size: int = 16, *, flipped: bool = False, prefix: str = ""
) -> Interactions:
    """Return the interactions of ``checkerboard_histories``, one basket per user."""
    histories = checkerboard_histories(size, flipped=flipped)
    users = [f"{prefix}{user}" for user, each in enumerate(histories) for _ in each]
    items = [item for each in histories for item in each]
    times = [START + DAY * user for user, each in enumerate(histories) for _ in each]
    every_item = [str(item) for item in range(size)]
    interactions = Interactions.from_arrays(users, items, timestamps=times)
    if interactions.items.ids.tolist() != sorted(every_item):
        raise ValueError(f"a checkerboard of {size} leaves items without users")
    return interactions


def interactions_of(
    histories: dict[str, Sequence[str]], *, days_between: float = 1.0
) -> Interactions:
    """Return purchases in the order given, each so many days after the one before."""
    users = [user for user, items in histories.items() for _ in items]
    items = [item for each in histories.values() for item in each]
    steps = [step for each in histories.values() for step in range(len(each))]
    return Interactions.from_arrays(
        users,
        items,
        timestamps=[START + DAY * days_between * step for step in steps],
        kinds=["purchase"] * len(items),
    )


def taste_clusters(
    *, users: int = 60, items: int = 24, taken: int = 6, seed: int = 0
) -> Interactions:
    """Return users of two tastes, each with ``taken`` items of one half, one a day."""
    random = np.random.default_rng(seed)
    half = items // 2
    histories = {
        f"u{user}": [
            f"i{item}" for item in random.permutation(half)[:taken] + (user % 2) * half
        ]
        for user in range(users)
    }
    return interactions_of(histories)
