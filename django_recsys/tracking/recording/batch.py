"""Records what a page or an app sends at once, in one write."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import partial

from django.db import transaction

from django_recsys.database.alias import our_alias
from django_recsys.database.deadline import within_deadline
from django_recsys.database.savepoints import savepoint
from django_recsys.exceptions import NotAnsweringError
from django_recsys.models import Interaction
from django_recsys.resilience.log_once import report_once
from django_recsys.tracking.bulk_insert import insert_batch
from django_recsys.tracking.events import announce
from django_recsys.tracking.rows import InteractionRow

from .record import retry_buffer

Event = tuple[str, str | None]


class Outcome(StrEnum):
    """What became of an event."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    """Its `event_id` is stored already, of the same visitor and kind."""
    ACCEPTED = "accepted"
    """Nothing is kept of it, or it waits for a database that does not answer."""
    REFUSED = "refused"


def record_batch(visitor_key: str, rows: Sequence[InteractionRow]) -> list[Outcome]:
    """Store the rows of one visitor by one statement; return what became of each.

    Writes at once: whoever calls it has no transaction of the shop's open. Raises
    nothing; a database that does not answer is given the rows later.
    """
    if not rows:
        return []
    try:
        with retry_buffer.keeping(*rows), savepoint():
            outcomes: list[Outcome] = within_deadline(partial(insert_new, rows))
    except NotAnsweringError:
        report_once("record a batch", "The database does not answer; events wait.")
        return [Outcome.ACCEPTED] * len(rows)
    except Exception:
        report_once("record a batch", "A batch of events could not be recorded.")
        return [Outcome.REFUSED] * len(rows)
    if Outcome.STORED in outcomes:
        announce(visitor_key)
    return outcomes


def insert_new(rows: Sequence[InteractionRow]) -> list[Outcome]:
    """Insert the rows whose event is not stored yet, in one transaction."""
    alias = our_alias()
    known = stored_events(alias, rows)
    fresh, outcomes = [], []
    for row in rows:
        is_known = row.event_id is not None and (row.kind, row.event_id) in known
        outcomes.append(Outcome.DUPLICATE if is_known else Outcome.STORED)
        if not is_known:
            fresh.append(row)
            known.add((row.kind, row.event_id))
    if fresh:
        with transaction.atomic(using=alias):
            insert_batch(alias, fresh)
    return outcomes


def stored_events(alias: str, rows: Iterable[InteractionRow]) -> set[Event]:
    """Return those kinds and event ids that are stored; no ids, no query."""
    event_ids = [row.event_id for row in rows if row.event_id is not None]
    if not event_ids:
        return set()
    kinds = {row.kind for row in rows}
    found = Interaction.objects.using(alias).filter(
        kind__in=kinds, event_id__in=event_ids
    )
    return set(found.values_list("kind", "event_id"))
