"""Examine an installation: what is wired, what is not, how to mend it."""

from collections.abc import Iterator
from datetime import datetime

from django.db import DatabaseError

from . import machine_findings, shop_findings, training_findings
from .findings import Examination, Finding, fail

EXAMINATIONS: tuple[tuple[str, Examination], ...] = (
    ("settings", machine_findings.examine_settings),
    ("migrations", machine_findings.examine_migrations),
    ("items", shop_findings.examine_items),
    ("fields", shop_findings.examine_fields),
    ("purchases", shop_findings.examine_purchases),
    ("interactions", shop_findings.examine_interactions),
    ("refused", shop_findings.examine_refusals),
    ("guests", shop_findings.examine_guests),
    ("trainings", training_findings.examine_trainings),
    ("schedule", training_findings.examine_schedule),
    ("extras", training_findings.examine_extras),
    ("broker", machine_findings.examine_broker),
    ("cache", machine_findings.examine_cache),
    ("storage", machine_findings.examine_storage),
    ("model files", machine_findings.examine_artifacts),
    ("database", machine_findings.examine_database),
)


def examine(now: datetime) -> list[Finding]:
    """Return all findings; an examination that fails itself is one of them."""
    findings: list[Finding] = []
    for name, examination in EXAMINATIONS:
        findings += never_raises(name, examination, now)
    return findings


def never_raises(
    name: str, examination: Examination, now: datetime
) -> Iterator[Finding]:
    """Yield the findings of one examination, and its failure in their place."""
    try:
        yield from examination(now)
    except DatabaseError as error:
        remedy = "Look at the finding on migrations, and at DATABASES."
        yield fail(name, f"the database refuses: {error}", remedy)
    except Exception as error:
        remedy = "Run manage.py check; it says which key of RECSYS is wrong."
        yield fail(name, f"{type(error).__name__}: {error}", remedy)
