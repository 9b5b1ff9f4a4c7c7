"""What a backfill or an import did, as counts."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillReport:
    """Counts of one backfill or catch-up; each line that was read is in one of them."""

    read: int = 0
    recorded: int = 0
    """New rows; in a dry run those that would be new."""
    already_recorded: int = 0
    returns: int = 0
    """How many of the usable lines were returns."""
    without_buyer: int = 0
    """Neither an account nor an e-mail address."""
    without_item: int = 0
    """The product is not set, or is gone."""
    without_quantity: int = 0
    older_than_retention: int = 0
    bad_date: int = 0
    unusable: int = 0
    """A value that cannot be stored; HISTORY rows with a mistake."""
    unknown_users: int = 0
    """Accounts that HISTORY names and the shop has not."""
    earliest: datetime | None = None
    """When the first usable line was bought."""
    latest: datetime | None = None
    is_dry_run: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return what is printed as JSON."""
        moments = {
            name: moment and moment.isoformat()
            for name, moment in (("earliest", self.earliest), ("latest", self.latest))
        }
        return asdict(self) | moments


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """Counts of one import; `read` = recorded + already_recorded + rejected."""

    read: int = 0
    recorded: int = 0
    """New rows; in a dry run those that would be new."""
    already_recorded: int = 0
    rejected: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    """How many usable lines of each kind."""
    older_than_retention: int = 0
    """Of the usable lines; they are stored, and the next pruning removes them."""
    undated: int = 0
    """Of the usable lines: dated by their order, see `importing.UNDATED_FROM`."""
    unknown_users: int = 0
    """Accounts that the usable lines name and the shop has not."""
    is_dry_run: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the counts by name."""
        return asdict(self)
