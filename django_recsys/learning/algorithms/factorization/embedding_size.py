"""The number of factors of a user or an item."""

BY_USERS = -1
USERS_PER_NUMBER, FEWEST, MOST = 64, 64, 256


def embedding_size_for(given: float, n_users: int, fewest: int = FEWEST) -> int:
    """Return the given size, or one factor per 64 users, ``fewest`` to 256.

    More factors than the histories determine overfit: on validation `als` is best with
    24 to 64 for 2,400 users, with up to 64 for 3,700, and with all 256 for 19,400.
    """
    if given > 0:
        return int(given)
    return min(max(n_users // USERS_PER_NUMBER, fewest), MOST)
