"""Reads what the host's HISTORY callable yields."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.module_loading import import_string

from django_recsys.conf import get_settings
from django_recsys.exceptions import ConfigurationError, DataError
from django_recsys.tracking.rows import InteractionRow

from .records import RecordReader


class HistoryReader:
    """Yields the rows of HISTORY, and counts the records that cannot be used."""

    def __init__(self, now: datetime) -> None:
        self.oldest = now - timedelta(days=get_settings().RETENTION_DAYS)
        self.unusable: Counter[str] = Counter()
        """Records left out, by reason; each is in "read" too."""
        self._reader = RecordReader(now=now)

    def rows(self) -> Iterator[InteractionRow]:
        """Yield what can be stored; nothing where the host has no HISTORY.

        Raises `ConfigurationError` where it leads nowhere.
        """
        for record in self._records():
            try:
                row = self._reader.row(record)
            except DataError:
                self.unusable.update(read=1, unusable=1)
                continue
            if row.occurred_at < self.oldest:
                self.unusable.update(read=1, older_than_retention=1)
                continue
            yield row

    def _records(self) -> Iterable[Mapping[str, Any]]:
        path = get_settings().HISTORY
        if path is None:
            return ()
        try:
            records: Iterable[Mapping[str, Any]] = import_string(path)()
        except ImportError as error:
            raise ConfigurationError(f"RECSYS['HISTORY']: {error}") from error
        return records
