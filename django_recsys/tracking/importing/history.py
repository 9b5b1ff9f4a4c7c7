"""Reads what the host's HISTORY callable yields."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.module_loading import import_string

from django_recsys.conf import get_settings
from django_recsys.exceptions import ConfigurationError, DataError
from django_recsys.learning import shown
from django_recsys.tracking.rows import InteractionRow

from .accounts import AccountCheck
from .records import RecordReader

Reject = Callable[[str, str], None]
"""Called with where a bad record stands and the reason."""


class HistoryReader:
    """Yields the rows of HISTORY, and counts the records that cannot be used."""

    def __init__(self, now: datetime, reject: Reject | None = None) -> None:
        self.reject = reject
        self.oldest = now - timedelta(days=get_settings().RETENTION_DAYS)
        self.unusable: Counter[str] = Counter()
        """Records left out, by reason; each is in "read" too."""
        self.accounts = AccountCheck()
        self._reader = RecordReader(now=now)

    def rows(self) -> Iterator[InteractionRow]:
        """Yield what can be stored; nothing where the host has no HISTORY.

        Raises `ConfigurationError` where it leads nowhere.
        """
        for number, record in enumerate(self._records(), start=1):
            try:
                row = self._reader.row(record)
            except DataError as error:
                if self.reject is not None:
                    self.reject(f"HISTORY, record {number}", str(error))
                self.unusable.update(read=1, unusable=1)
                continue
            if row.occurred_at < self.oldest:
                self.unusable.update(read=1, older_than_retention=1)
                continue
            self.accounts.add(row.visitor_key)
            yield row

    def _records(self) -> Iterable[Mapping[str, Any]]:
        path = get_settings().HISTORY
        if path is None:
            return ()
        try:
            records: Iterable[Mapping[str, Any]] = import_string(path)()
        except ImportError as error:
            raise ConfigurationError(f"RECSYS['HISTORY']: {error}") from error
        if not isinstance(records, Iterable):
            raise ConfigurationError(
                f"RECSYS['HISTORY']: {path} returns {shown(records)}: let it yield "
                "dicts."
            )
        return records
