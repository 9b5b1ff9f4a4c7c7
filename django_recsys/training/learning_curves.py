"""Learning curves: loss and validation score of each interval, as a run keeps them."""

import math
from typing import Any

Curve = dict[str, list[float | None]]


def curve_of(recommender: Any) -> Curve | None:
    """Return loss, NDCG@10 and seconds per interval; None for what has no epochs.

    An interval is an epoch, or an equal part of a long one. NDCG@10 is that
    of the fit's own validation rows, None where the data are too few; seconds count
    from the start of the fit.
    """
    curve = getattr(recommender, "curve_", None)
    if curve is None or not len(curve):
        return None
    return {
        "loss": rounded(curve[:, 0]),
        "ndcg@10": rounded(curve[:, 1]),
        "seconds": rounded(recommender.seconds_),
    }


def rounded(values: Any) -> list[float | None]:
    """Return numbers for JSON, which has no NaN."""
    return [None if math.isnan(each) else round(each, 5) for each in values.tolist()]
