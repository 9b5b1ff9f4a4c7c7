"""The first start: database, purchases, backfill, training; a second finds it done."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone

from .loading import load_shop
from .marker import clear, only_one, read_marker, write_marker
from .merchandise import choose_lines
from .source import read_package
from .terminal import say, step

ADMIN = ("admin", "admin")


def ensure_shop(folder: Path) -> dict[str, Any]:
    """Set the shop up where that is not done yet; return the facts about its data."""
    with only_one(folder):
        marker = read_marker(folder)
        if marker is None:
            marker = _set_up(folder)
        else:
            call_command("migrate", verbosity=0)
    return marker


def _set_up(folder: Path) -> dict[str, Any]:
    clear(folder)
    with step("Creating the database"):
        call_command("migrate", verbosity=0)
        User.objects.create_superuser(ADMIN[0], password=ADMIN[1])
    with step("Loading a year of purchases into the shop"):
        facts = _load()
    with step("recsys_backfill: reading the shop's orders"):
        call_command("recsys_backfill")
    with step("recsys_train: training, comparing, publishing"):
        call_command("recsys_train")
    write_marker(folder, finished_at=str(timezone.now())[:19], **facts)
    return {"finished_at": str(timezone.now())[:19], **facts}


def _load() -> dict[str, Any]:
    source = read_package()
    merchandise = choose_lines(source)
    for reason, count in merchandise.left_out.items():
        say(f"  {count:>9,} purchase lines left out: {reason}")
    say(f"  {len(merchandise.kept):>9,} of {len(source.times):,} lines are loaded")
    report = load_shop(source, merchandise)
    say(
        f"  {report.orders:,} orders of {report.households:,} households; "
        f"{report.products:,} products, {report.listed:,} listed (sold in the last 12 "
        f"weeks), {report.in_stock:,} in stock (sold in the last 8)"
    )
    return {
        "source_lines": len(source.times),
        "left_out": merchandise.left_out,
        **asdict(report),
    }
