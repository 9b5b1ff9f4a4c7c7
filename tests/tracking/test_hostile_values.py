"""Hostile values on every road: no exception, nothing half stored, and dry as real."""

import csv
import json
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client, override_settings
from hypothesis import example, given, strategies as st

from django_recsys.models import Interaction
from django_recsys.tracking import backfill, export_visitor, import_interactions
from django_recsys.tracking.importing.records import COLUMNS
from django_recsys.training.datasets import read_dataset
from tests.hostile import json_values, python_values, records
from tests.settings import RECSYS

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
GOOD = {"user": 7, "item": 3, "timestamp": 1767225600, "kind": "view"}
HISTORY: list = []


def history():
    yield from HISTORY


@contextmanager
def empty_table():
    cache.clear()
    Interaction.objects.all().delete()
    yield


def check_readable(number):
    """Every row comes back, wherever it is shown, exported, or learned from."""
    rows = list(Interaction.objects.all())
    assert len(rows) == number
    for row in rows:
        for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):
            row.occurred_at.astimezone(ZoneInfo(zone)).isoformat()
        row.full_clean(validate_unique=False, validate_constraints=False)
        assert row.price is None or abs(row.price) < Decimal(10) ** 10
    for key in {row.visitor_key for row in rows}:
        json.dumps(export_visitor(key), default=str).encode()
    dataset = read_dataset()
    assert dataset is None or bool((abs(dataset.rows.weights) < 1e13).all())


def check_import(path):
    seen, stored = [], []
    dry = import_interactions(
        path, now=NOW, dry_run=True, reject=lambda *bad: seen.append(bad)
    )
    assert not Interaction.objects.exists()
    real = import_interactions(path, now=NOW, reject=lambda *bad: stored.append(bad))
    assert seen == stored
    assert {**dry.as_dict(), "is_dry_run": False} == real.as_dict()
    assert real.rejected == len(seen)
    assert real.read == real.recorded + real.already_recorded + real.rejected
    check_readable(real.recorded)
    again = import_interactions(path, now=NOW + timedelta(days=1))
    assert (again.recorded, again.rejected) == (0, real.rejected)
    return real


some_records = st.lists(records(json_values, list(COLUMNS)), max_size=4)


@given(found=some_records)
@example(found=[{**GOOD, "timestamp": None, "position": 1e20}])
@example(found=[{**GOOD, "timestamp": "0001-01-01"}])
@example(found=[{**GOOD, "timestamp": "9999-12-31T23:59:59-14:00"}])
@example(found=[{**GOOD, "price": "1e9999999"}])
@example(found=[{**GOOD, "price": "9999999999.99999"}])
@example(found=[{**GOOD, "item": "\ud800"}])
@example(found=[{**GOOD, "quantity": 10**400}])
@example(found=[{**GOOD, "user": {"id": 1}}])
def test_json_lines_are_imported_or_refused(tmp_path_factory, found):
    path = tmp_path_factory.getbasetemp() / "hostile.jsonl"
    with empty_table():
        lines = [json.dumps(each) for each in (GOOD, *found, GOOD)]
        path.write_text("\n".join(lines))
        assert check_import(path).recorded >= 2


@given(found=st.lists(records(json_values, list(COLUMNS)), max_size=4))
@example(found=[{**GOOD, "user": '"'}, GOOD])
def test_csv_is_imported_or_refused(tmp_path_factory, found):
    path = tmp_path_factory.getbasetemp() / "hostile.csv"
    names = sorted({name for each in (GOOD, *found) for name in each})
    with empty_table():
        with path.open("w", newline="", errors="replace", encoding="utf-8") as file:
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows([GOOD, *map(written, found), GOOD])
        assert check_import(path).recorded >= 2


def written(record):
    return {name: str(value) for name, value in record.items()}


@given(middle=st.lists(st.text(st.characters(codec="utf-8")), max_size=3))
def test_any_line_of_json_lines_is_one_line(tmp_path_factory, middle):
    path = tmp_path_factory.getbasetemp() / "lines.jsonl"
    with empty_table():
        text = "\n".join([json.dumps(GOOD), *middle, json.dumps(GOOD)])
        path.write_bytes(text.encode())
        assert check_import(path).recorded >= 2


@given(
    found=st.lists(records(python_values, list(COLUMNS)) | python_values, max_size=4)
)
@example(found=[("user", 1)])
@example(found=[{**GOOD, "item": 10**5000}])
@example(found=[{**GOOD, "price": Decimal("sNaN")}])
@example(found=[{**GOOD, "timestamp": datetime.max}])
def test_history_is_stored_or_counted(found):
    HISTORY[:] = [GOOD, *found, GOOD]
    path = {**RECSYS, "PURCHASES": None, "HISTORY": f"{__name__}.history"}
    with empty_table(), override_settings(RECSYS=path):
        reasons = []
        dry = backfill(
            now=NOW, dry_run=True, reject=lambda *given: reasons.append(given)
        )
        assert not Interaction.objects.exists()
        real = backfill(now=NOW)
        assert {**dry.as_dict(), "is_dry_run": False} == real.as_dict()
        assert real.unusable == len(reasons)
        assert real.read == len(HISTORY)
        assert real.recorded >= 2
        check_readable(real.recorded)
        assert backfill(now=NOW).recorded == 0


events = st.fixed_dictionaries(
    {"kind": st.sampled_from(["view", "like", "cart_add"]) | json_values},
    optional={
        "item_id": st.sampled_from(["1", 2]) | json_values,
        "quantity": st.sampled_from([1, 2.5]) | json_values,
        "event_id": st.sampled_from(["e1", None]) | json_values,
    },
)


@given(event=events | json_values)
@example(event={"kind": "view", "item_id": "\ud800"})
@example(event={"kind": "view", "item_id": "1", "event_id": "\ud800"})
@example(event={"kind": "cart_add", "item_id": "1", "quantity": 5e-324})
def test_event_is_stored_or_refused(event):
    client = Client(headers={"user-agent": "Mozilla/5.0"}, raise_request_exception=True)
    client.cookies["recsys_consent"] = "yes"
    with empty_table():
        good = {"kind": "view", "item_id": "1"}
        response = client.post(
            "/recsys/events/",
            json.dumps([good, event, good]),
            content_type="application/json",
        )
        if response.status_code == 400:  # no JSON, or nested too deeply
            check_readable(0)
            return
        assert response.status_code == 202
        answer = response.json()
        assert [answer["results"][place] for place in (0, -1)] == ["stored"] * 2
        assert {each["index"] for each in answer["rejected"]} <= {1}
        check_readable(answer["results"].count("stored"))


@pytest.mark.parametrize("year", [1001, 9999])
def test_one_order_of_another_time_loses_no_other(ada, product, order_line, year):
    order_line(product, ada)
    order_line(product, ada, created_at=datetime(year, 12, 31, 23, tzinfo=UTC))
    order_line(product, ada)
    reasons = []
    report = backfill(now=NOW, reject=lambda *given: reasons.append(given))
    assert (report.recorded, report.bad_date) == (2, 1)
    assert reasons[0][0].startswith("shop.OrderLine ")
    assert "1900 to 2199" in reasons[0][1]


def test_backfill_command_shows_the_reasons(capsys):
    HISTORY[:] = [GOOD, ("user", 1)]
    path = {**RECSYS, "PURCHASES": None, "HISTORY": f"{__name__}.history"}
    with override_settings(RECSYS=path):
        call_command("recsys_backfill")
    shown = capsys.readouterr()
    assert "HISTORY, record 2: ('user', 1) is no dict" in shown.err
    assert "no accounts of this shop: 1." in shown.out
