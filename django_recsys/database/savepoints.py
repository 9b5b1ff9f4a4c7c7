"""Keeps a failure of ours from spoiling the host's open transaction."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from .alias import our_alias


@contextmanager
def savepoint() -> Iterator[None]:
    """Undo, on failure, what a page's transaction would not survive.

    After an error PostgreSQL refuses everything until the transaction ends, or a
    savepoint in it: under ATOMIC_REQUESTS one bad query of ours would be the end of the
    shop's page. Other databases go on, and a page outside of a transaction too; there
    nothing is sent.
    """
    with ExitStack() as stack:
        for alias in {DEFAULT_DB_ALIAS, our_alias()}:
            connection = connections[alias]
            if connection.vendor == "postgresql" and connection.in_atomic_block:
                stack.enter_context(transaction.atomic(using=alias))
        yield
