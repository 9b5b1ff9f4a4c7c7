"""Item features as sparse matrices, standardised, with counts of what was missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from django_recsys.learning.exceptions import DataError
from django_recsys.learning.numerics.vectors import directions
from django_recsys.learning.values import key_text

from .id_map import IdMap

if TYPE_CHECKING:
    from scipy.sparse import csr_array

SEPARATOR = "|"
MOST_WORDS = 5000
TEXT_COLUMNS = ("title", "description")
LABEL_COLUMNS = ("category", "brand")
NUMBER_COLUMNS = ("price",)
VECTOR_COLUMN = "vector"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureReport:
    """Counts of items with features and of missing values."""

    items: int
    described: int
    """Items of the map that the feature table holds."""
    unknown: int
    """Rows of the table that the map does not hold; left out."""
    missing: Mapping[str, int]
    """Column -> described items without a value in it."""
    features: Mapping[str, int]
    """Column -> how many features it became."""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, eq=False, kw_only=True)
class ItemFeatures:
    """One row per item of a map; items without features have empty rows."""

    items: IdMap
    matrix: csr_array
    """(n_items, n_features) float32; each block of columns has comparable scale."""
    names: tuple[str, ...]
    """What each feature is: "brand=acme", "title:lamp", "price"."""
    report: FeatureReport

    def over(self, id_map: IdMap) -> ItemFeatures:
        """Return the rows of another map's items; new ones are empty."""
        from scipy.sparse import csr_array, vstack

        empty = csr_array((1, self.matrix.shape[1]), dtype=np.float32)
        rows = vstack([self.matrix, empty]).tocsr()
        # The position -1 of an unknown item is the last row, the empty one.
        matrix = rows[self.items.indices(id_map.ids.tolist())]
        return replace(self, items=id_map, matrix=csr_array(matrix))


def features_over(items: Any, id_map: IdMap) -> ItemFeatures:
    """Return what ``fit`` was given as ``items``, one row per item of the map.

    items: a table as ``item_features`` takes it, or ItemFeatures over any map.
    Raises DataError where no item has a feature.
    """
    made = features_if_any(items, id_map)
    if made is None:
        raise DataError("None of the items has a feature.")
    return made


def features_if_any(items: Any, id_map: IdMap) -> ItemFeatures | None:
    """Return the same; None where no items are given or none has a feature."""
    if items is None:
        return None
    if isinstance(items, ItemFeatures):
        made = items if items.items is id_map else items.over(id_map)
    else:
        made = item_features(items, id_map)
    return made if made.matrix.nnz else None


def item_features(columns: Mapping[str, Sequence[Any]], items: IdMap) -> ItemFeatures:
    """Return the features of a table with a column ``item`` and any known others.

    Texts become TF-IDF of words in rows of length one, labels (several joined by
    "|") become indicators in rows of length one, numbers are standardised after a
    logarithm, so that one extreme price does not flatten all others. A ``vector``
    per item, of a picture or by a language model, enters as a row of length one.
    Raises DataError where the vectors differ in length.
    """
    from scipy.sparse import csr_array, hstack

    positions = items.indices(key_text("item", each) for each in columns["item"])
    known = np.flatnonzero(positions >= 0)
    blocks: list[Any] = []
    names: list[str] = []
    missing, made = {}, {}
    for name in (*TEXT_COLUMNS, *LABEL_COLUMNS, *NUMBER_COLUMNS, VECTOR_COLUMN):
        if name not in columns:
            continue
        values = [columns[name][row] for row in known.tolist()]
        missing[name] = sum(map(_is_missing, values))
        block, features = _block(name, values)
        rows = _placed(block, positions[known], len(items))
        blocks.append(rows)
        names += features
        made[name] = len(features)
    matrix = hstack(blocks) if blocks else csr_array((len(items), 0))
    report = FeatureReport(
        items=len(items),
        described=len(known),
        unknown=len(positions) - len(known),
        missing=missing,
        features=made,
    )
    return ItemFeatures(
        items=items,
        matrix=csr_array(matrix, dtype=np.float32),
        names=tuple(names),
        report=report,
    )


def category_shares(items: Any, id_map: IdMap) -> csr_array:
    """Return (n_items, n_categories) float32; an item's categories share its row.

    items: as ``features_over`` takes them. Raises DataError without categories.
    """
    from scipy.sparse import csr_array

    table = items
    if isinstance(items, Mapping):
        table = {name: items[name] for name in ("item", "category") if name in items}
        if "category" not in table:
            raise DataError("The items have no column 'category'.")
    made = features_over(table, id_map)
    is_category = [name.startswith("category=") for name in made.names]
    if not any(is_category):
        raise DataError("The items have no column 'category'.")
    found = csr_array(made.matrix[:, np.flatnonzero(is_category)])
    # The squares of rows of length one sum to one.
    found.data = found.data**2
    return found


def standardised(values: np.ndarray) -> np.ndarray:
    """Return (n,) float32 with mean 0 and deviation 1 of the known; unknown are 0."""
    known = np.isfinite(values)
    result = np.zeros(len(values), dtype=np.float32)
    if known.any():
        spread = values[known].std()
        centred = values[known] - values[known].mean()
        result[known] = centred / spread if spread > 0 else 0
    return result


def _block(name: str, values: list[Any]) -> tuple[Any, list[str]]:
    """Return a column's matrix (n_values, n_features) and its features' names."""
    from scipy.sparse import csr_array

    if name in NUMBER_COLUMNS:
        numbers = np.array([np.nan if _is_missing(each) else each for each in values])
        scaled = standardised(np.log1p(np.maximum(numbers.astype(np.float64), 0)))
        return csr_array(scaled[:, None]), [name]
    if name == VECTOR_COLUMN:
        return _vectors(name, values)
    texts = ["" if _is_missing(each) else str(each) for each in values]
    if name in LABEL_COLUMNS:
        return _labels(name, texts)
    return _words(name, texts)


def _vectors(name: str, values: list[Any]) -> tuple[Any, list[str]]:
    from scipy.sparse import csr_array

    known = [row for row, each in enumerate(values) if not _is_missing(each)]
    lengths = {len(values[row]) for row in known}
    if len(lengths) > 1:
        raise DataError(f"The vectors of items differ in length: {sorted(lengths)}.")
    size = lengths.pop() if lengths else 0
    dense = np.zeros((len(values), size), dtype=np.float32)
    if known:
        dense[known] = np.stack([values[row] for row in known])
    return csr_array(directions(dense)), [f"{name}:{at}" for at in range(size)]


def _labels(name: str, texts: list[str]) -> tuple[Any, list[str]]:
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.preprocessing import normalize

    if not any(texts):
        return _no_features(texts)
    counter = CountVectorizer(analyzer=_split_labels, binary=True, dtype=np.float32)
    matrix = normalize(counter.fit_transform(texts))
    return matrix, [f"{name}={each}" for each in counter.get_feature_names_out()]


def _words(name: str, texts: list[str]) -> tuple[Any, list[str]]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    words = TfidfVectorizer(
        max_features=MOST_WORDS, sublinear_tf=True, dtype=np.float32
    )
    if not any(map(words.build_analyzer(), texts)):
        return _no_features(texts)
    matrix = words.fit_transform(texts)
    return matrix, [f"{name}:{each}" for each in words.get_feature_names_out()]


def _no_features(texts: list[str]) -> tuple[Any, list[str]]:
    from scipy.sparse import csr_array

    return csr_array((len(texts), 0), dtype=np.float32), []


def _split_labels(text: str) -> list[str]:
    return [each.strip() for each in text.split(SEPARATOR) if each.strip()]


def _placed(block: Any, positions: np.ndarray, n_items: int) -> csr_array:
    """Return (n_items, n_features): each row of the block at its item's position."""
    from scipy.sparse import coo_array

    cells = coo_array(block)
    rows = positions[cells.coords[0]]
    shape = (n_items, block.shape[1])
    return coo_array((cells.data, (rows, cells.coords[1])), shape=shape).tocsr()


def _is_missing(value: Any) -> bool:
    if isinstance(value, (list, tuple, np.ndarray)):
        return not len(value)
    return value is None or value == "" or value != value  # NaN differs from itself
