"""Stores what the host's HISTORY callable yields."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.module_loading import import_string

from django_recsys.conf import get_settings
from django_recsys.exceptions import ConfigurationError, DataError
from django_recsys.models import Interaction

from .bulk import insert_rows
from .records import RecordReader
from .rows import InteractionRow


def store_history(*, now: datetime, dry_run: bool = False) -> Counter[str]:
    """Store the past interactions that the host yields; return counts."""
    counts: Counter[str] = Counter()
    path = get_settings().HISTORY
    if path is None:
        return counts
    try:
        records = import_string(path)()
    except ImportError as error:
        raise ConfigurationError(f"RECSYS['HISTORY']: {error}") from error
    rows = usable_rows(records, now, counts)
    counts["recorded"] = sum(1 for _row in rows) if dry_run else insert_rows(rows)
    counts["already_recorded"] = counts.pop("usable", 0) - counts["recorded"]
    return counts


def usable_rows(
    records: Iterable[Mapping[str, Any]], now: datetime, counts: Counter[str]
) -> Iterator[InteractionRow]:
    """Yield the rows that can be stored; count them and the others."""
    oldest = now - timedelta(days=get_settings().RETENTION_DAYS)
    reader = RecordReader(now=now)
    for record in records:
        counts["read"] += 1
        try:
            row = reader.row(record)
        except DataError:
            counts["unusable"] += 1
            continue
        if row.occurred_at < oldest:
            counts["older_than_retention"] += 1
            continue
        counts["usable"] += 1
        counts["returns"] += row.kind == Interaction.Kind.RETURN
        yield row
