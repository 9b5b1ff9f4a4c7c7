"""The write path: interactions are recorded, read from the past, and erased."""

from .identity.visitors import (
    Visitor,
    email_key,
    find_visitor_key,
    visitor_key_for,
    visitor_of,
)
from .importing.importer import import_interactions
from .privacy.erasure import erase_item, erase_visitor, prune
from .privacy.export import export_visitor
from .purchases.backfill import backfill, catch_up
from .recording.record import record_interaction
from .reports import BackfillReport, ImportReport
from .rows import VISITOR_PREFIXES

__all__ = [
    "VISITOR_PREFIXES",
    "BackfillReport",
    "ImportReport",
    "Visitor",
    "backfill",
    "catch_up",
    "email_key",
    "erase_item",
    "erase_visitor",
    "export_visitor",
    "find_visitor_key",
    "import_interactions",
    "prune",
    "record_interaction",
    "visitor_key_for",
    "visitor_of",
]
