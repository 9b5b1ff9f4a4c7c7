"""Waits for the host's transaction before anything of ours is written."""

from collections.abc import Callable, Sequence

from django.db import DEFAULT_DB_ALIAS, connections

from django_recsys.database.alias import our_alias


def after_commit(write: Callable[[], None], *, using: str | None = None) -> None:
    """Call `write` now, or when the open transactions of the host are committed.

    A rollback drops it. Looks at the host's default database, at `using` (where the
    host saved something) and at ours.
    """
    aliases = dict.fromkeys((DEFAULT_DB_ALIAS, using or DEFAULT_DB_ALIAS, our_alias()))
    _after_commit_of(tuple(aliases), write)


def _after_commit_of(aliases: Sequence[str], write: Callable[[], None]) -> None:
    for position, alias in enumerate(aliases):
        connection = connections[alias]
        if not connection.in_atomic_block:
            continue

        # A function, since Django cannot name a partial whose call has failed. Only
        # the later aliases remain: a test that runs the callbacks of its own open
        # transaction would otherwise register this one for ever.
        def write_later(rest: Sequence[str] = aliases[position + 1 :]) -> None:
            _after_commit_of(rest, write)

        connection.on_commit(write_later, robust=True)
        return
    write()
