"""What a run would store: counted by the same steps, without the INSERT."""

from collections.abc import Sequence

from django_recsys.database.alias import our_alias
from django_recsys.models import Interaction

from .bulk_insert import adapter, chunks
from .rows import InteractionRow

KEYS_PER_QUERY = 500


class DryRun:
    """Counts new rows; those that it has counted before are not new again."""

    def __init__(self) -> None:
        self._counted: set[int] = set()
        """Hashes: a million texts would take ten times as much."""

    def count_new(self, rows: Sequence[InteractionRow]) -> int:
        """Count the rows whose kind and event id are neither stored nor counted."""
        adapt = adapter(our_alias())
        new = 0
        for chunk in chunks(rows, KEYS_PER_QUERY):
            found = Interaction.objects.using(our_alias()).filter(
                kind__in={row.kind for row in chunk},
                event_id__in=[row.event_id for row in chunk],
            )
            stored = set(found.values_list("kind", "event_id"))
            for row in chunk:
                adapt(row)  # what the database's own adapter refuses shows up here
                key = (row.kind, row.event_id)
                if key not in stored and hash(key) not in self._counted:
                    new += 1
                    self._counted.add(hash(key))
        return new
