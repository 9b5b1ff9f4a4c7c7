"""The nearest items of every item, through implicit's parallel product."""

from __future__ import annotations

import numpy as np
from implicit.nearest_neighbours import ItemItemRecommender
from scipy.sparse import csr_array, csr_matrix


def nearest(weighted: csr_array, neighbors: int, threads: int) -> csr_array:
    """Return (n_items, n_items) float32: each row's largest products with others.

    Unsorted within a row.

    weighted: (n_users, n_items); the product is weighted' @ weighted, of which no
    more than ``neighbors`` per row are held at any time.
    """
    model = ItemItemRecommender(K=neighbors + 1, num_threads=threads)
    # implicit multiplies in double precision only.
    model.fit(csr_matrix(weighted.astype(np.float64)), show_progress=False)
    similar = csr_array(model.similarity)
    rows = np.repeat(np.arange(similar.shape[0]), np.diff(similar.indptr))
    kept = (similar.indices != rows) & (similar.data > 0)
    counts = np.bincount(rows[kept], minlength=similar.shape[0])
    return csr_array(
        (
            similar.data[kept].astype(np.float32),
            similar.indices[kept],
            np.concatenate(([0], np.cumsum(counts))),
        ),
        shape=similar.shape,
    )
