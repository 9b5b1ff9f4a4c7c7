"""Interaction rows as integer arrays, without an object per row."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Any

import numpy as np
from django.db import connections
from django.db.models import Case, F, FloatField, Func, Max, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from django_recsys.learning import IdMap, Interactions, basket_codes
from django_recsys.models import CLOCK_TOLERANCE, Interaction

ROWS_PER_QUERY = 50_000
"""Pages by primary key: no lock and no cursor stays open between two of them, so that
a shop on SQLite records on while a training reads, and the memory stays small on a
database whose client would fetch the whole answer."""

ROWS_PER_PART = 1_000
"""Few enough to stay in the processor's cache until they are arrays."""


AMOUNT = Case(
    When(kind=Interaction.Kind.RATING, then=Coalesce(F("value"), Value(1.0))),
    default=F("quantity"),
    output_field=FloatField(),
)
"""What a row counts: the stars of a rating, and of all else how many."""


class Epoch(Func):
    """A moment as Unix seconds, computed by the database: parsing text is dear."""

    output_field = FloatField()
    arity = 1

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Return seconds from the day number, known to every SQLite."""
        template = "(julianday(%(expressions)s) - 2440587.5) * 86400.0"
        return self.as_sql(compiler, connection, template=template, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Return seconds with their fraction."""
        template = "EXTRACT(EPOCH FROM %(expressions)s)::double precision"
        return self.as_sql(compiler, connection, template=template, **context)

    def as_mysql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Return seconds; UNIX_TIMESTAMP would apply the session's time zone."""
        template = "TIMESTAMPDIFF(SECOND, '1970-01-01', %(expressions)s)"
        return self.as_sql(compiler, connection, template=template, **context)


@dataclass(frozen=True, eq=False)
class Dataset:
    """Everything that was recorded up to a moment."""

    rows: Interactions
    """As recorded: the weights are quantities, or the value of a rating."""
    data_until: datetime
    """When the newest row was recorded."""
    read_at: datetime
    """When reading began: whoever is erased later is still in the rows."""
    future_rows: int = 0
    """Rows left out, for which no time has come: no age can be told beside them."""


@dataclass(eq=False)
class Column:
    """Texts turned into the order of their first appearance."""

    encode: dict[str, int] = field(
        default_factory=lambda: defaultdict(count().__next__)
    )
    parts: list[np.ndarray] = field(default_factory=list)

    def add(self, values: tuple[str, ...]) -> None:
        """Append the encode of a page of values."""
        page = map(self.encode.__getitem__, values)
        self.parts.append(np.fromiter(page, np.int32, len(values)))

    def sorted_map(self) -> tuple[IdMap, np.ndarray]:
        """Return the map of the ids, sorted as text, and every row's index in it."""
        ids = np.array(list(self.encode), dtype=np.str_)
        order = np.argsort(ids, kind="stable")
        ranks = np.empty(len(order), dtype=np.int32)
        ranks[order] = np.arange(len(order), dtype=np.int32)
        return IdMap(ids[order]), ranks[joined(self.parts, np.int32)]


def read_dataset(visitor_key: str | None = None) -> Dataset | None:
    """Read all interactions, or those of one visitor; None where there are none.

    What is recorded while this reads is left for the next training.
    """
    wanted = Interaction.objects.all()
    if visitor_key is not None:
        wanted = wanted.filter(visitor_key=visitor_key)
    read_at = timezone.now()
    latest = read_at + CLOCK_TOLERANCE
    future = wanted.filter(occurred_at__gt=latest)
    wanted = wanted.filter(occurred_at__lte=latest)
    newest = wanted.aggregate(pk=Max("pk"), at=Max("recorded_at"))
    if newest["pk"] is None:
        return None
    future_rows = future.count()
    visitors, items, kinds, references = Column(), Column(), Column(), Column()
    times: list[np.ndarray] = []
    amounts: list[np.ndarray] = []
    for part in parts(wanted, last_key=newest["pk"]):
        _keys, visitor_keys, item_ids, kind, at, amount, reference = zip(
            *part, strict=True
        )
        visitors.add(visitor_keys)
        items.add(item_ids)
        kinds.add(kind)
        references.add(reference)
        times.append(np.array(at, dtype=np.float64))
        amounts.append(np.array(amount, dtype=np.float32))
    users, user_indices = visitors.sorted_map()
    item_map, item_indices = items.sorted_map()
    kind_map, kind_codes = kinds.sorted_map()
    rows = Interactions(
        users=users,
        items=item_map,
        user_indices=user_indices,
        item_indices=item_indices,
        weights=joined(amounts, np.float32),
        timestamps=joined(times, np.float64).round(3),  # day numbers hold no more
        kinds=kind_codes.astype(np.uint8),
        kind_names=tuple(kind_map.ids.tolist()),
    )
    return Dataset(with_baskets(rows, references), newest["at"], read_at, future_rows)


def parts(
    wanted: QuerySet[Interaction], *, last_key: int
) -> Iterator[list[tuple[Any, ...]]]:
    """Yield short lists of rows in the order of their keys, up to `last_key`."""
    columns = wanted.order_by("pk").values_list(
        "pk",
        "visitor_key",
        "item_id",
        "kind",
        Epoch("occurred_at"),
        AMOUNT,
        "reference",
    )
    after = 0
    # The ORM writes the statement; its converters would cost a call for each value.
    with connections[columns.db].cursor() as cursor:
        while True:
            rows = columns.filter(pk__gt=after, pk__lte=last_key)[:ROWS_PER_QUERY]
            # `sql_with_params()` would write it for the default database.
            cursor.execute(*rows.query.get_compiler(rows.db).as_sql())
            before = after
            while part := cursor.fetchmany(ROWS_PER_PART):
                yield part
                after = part[-1][0]
            if after == before:
                return


def with_baskets(rows: Interactions, references: Column) -> Interactions:
    """Put rows of one order into one basket; without an order, those of one moment."""
    encode = joined(references.parts, np.int32)
    without = references.encode.get("", -1)
    loose = np.flatnonzero(encode == without)
    if len(loose):
        encode[loose] = basket_codes(rows.select(loose)) + len(references.encode)
    return replace(rows, baskets=encode)


def joined(parts: list[np.ndarray], dtype: type[np.generic]) -> np.ndarray:
    """Return one array; an empty one of the right type where there are no parts."""
    return np.concatenate(parts) if parts else np.empty(0, dtype=dtype)
