import csv
import json
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from django_recsys.exceptions import DataError
from django_recsys.models import Interaction
from django_recsys.tracking import find_visitor_key, import_interactions
from django_recsys.tracking.importing.importer import UNDATED_FROM
from tests.tracking.conftest import stored

pytestmark = pytest.mark.django_db

HEADER = "user,item,timestamp,kind,value,quantity,price,reference\n"
GOOD = (
    "7,3,1767268800,purchase,,2,3.50,A1\n"
    "7,3,2026-01-01T12:00:00Z,purchase,,-1,3.50,A1\n"
    "email:0f,4,1767268800,rating,4.5,,,\n"
)


@pytest.fixture
def write(tmp_path):
    def file(text, name="past.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return file


def test_columns_become_rows(write, now):
    report = import_interactions(write(HEADER + GOOD), now=now)
    assert report.as_dict() == {
        "read": 3,
        "recorded": 3,
        "already_recorded": 0,
        "rejected": 0,
        "kinds": {"purchase": 1, "return": 1, "rating": 1},
        "older_than_retention": 0,
        "undated": 0,
        "unknown_users": 1,
        "is_dry_run": False,
    }
    assert stored("visitor_key", "item_id", "kind", "quantity", "value", "price") == [
        ("user:7", "3", "purchase", 2.0, None, Decimal("3.50")),
        ("user:7", "3", "return", 1.0, None, Decimal("3.50")),
        ("email:0f", "4", "rating", 1.0, 4.5, None),
    ]
    assert set(stored("occurred_at")) == {datetime(2026, 1, 1, 12, tzinfo=UTC)}


def test_again_adds_nothing(write, now):
    path = write(HEADER + GOOD)
    import_interactions(path, now=now)
    again = import_interactions(path, now=now + timedelta(days=3))
    assert (again.recorded, again.already_recorded) == (0, 3)


def test_longer_file_adds_what_is_new(write, now):
    import_interactions(write(HEADER + GOOD), now=now)
    more = write(HEADER + "8,3,1767268800,view,,,,\n" + GOOD, "more.csv")
    assert import_interactions(more, now=now).recorded == 1


def test_equal_lines_are_as_many_rows(write, now):
    line = "7,3,1767268800,view,,,,\n"
    path = write(HEADER + line * 3)
    assert import_interactions(path, now=now).recorded == 3
    assert import_interactions(path, now=now).recorded == 0


def test_other_formats_hold_the_same_rows(write, now, tmp_path):
    rows = list(csv.DictReader(StringIO(HEADER + GOOD)))
    lines = write("\n\n".join(json.dumps(row) for row in rows), "past.jsonl")
    assert import_interactions(lines, now=now).recorded == 3
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "past.parquet")
    report = import_interactions(tmp_path / "past.parquet", now=now)
    assert (report.recorded, report.already_recorded) == (0, 3)


def test_bad_lines_are_reported_and_the_others_stored(write, now):
    path = write(
        HEADER
        + GOOD
        + ",3,1767268800,view,,,,\n"
        + "7,,1767268800,view,,,,\n"
        + "7,3,soon,view,,,,\n"
        + "7,3,1767268800,glance,,,,\n"
        + "7,3,1767268800,rating,,,,\n"
        + "7,3,1767268800,view,,zero,,\n"
        + "7,3,1767268800,view,,,,,,\n"
        + f"{'x' * 200},3,1767268800,view,,,,\n"
        + "7,3,1e40,view,,,,\n"
        + "9,3,1767268800\n"
        + "9,3,1767268800,view\n"
    )
    found = []
    report = import_interactions(path, now=now, reject=lambda *bad: found.append(bad))
    assert (report.read, report.recorded, report.rejected) == (14, 4, 10)
    reasons = [
        "user is missing",
        "item is missing",
        "timestamp is 'soon'",
        "kind is 'glance'",
        "value is missing",
        "quantity is 'zero'",
        "more values than columns",
        "has 20",
        "timestamp is '1e40'",
        "kind is missing",
    ]
    assert [number for number, _reason in found] == list(range(5, 15))
    for (_number, reason), start in zip(found, reasons, strict=True):
        assert start in reason


def test_bad_json_lines_are_reported(write, now):
    good = json.dumps({"user": 7, "item": 3, "timestamp": 1, "kind": "view"})
    found = []
    report = import_interactions(
        write(f"{good}\n{{\n[1]\n", "past.jsonl"),
        now=now,
        reject=lambda number, reason: found.append((number, reason[:12])),
    )
    assert report.recorded == 1
    assert found == [(2, "not readable"), (3, "no JSON obje")]


def test_line_too_long_for_csv_is_reported(write, now):
    path = write(f"user,item,timestamp,kind\n{'x' * 200_000},3,1,view\n7,3,1,view\n")
    found = []
    report = import_interactions(path, now=now, reject=lambda *bad: found.append(bad))
    assert report.recorded == 1
    assert "field larger than field limit" in found[0][1]


def test_progress_is_told(write, now):
    path = write("user,item,timestamp,kind\n" + "7,3,1,view\n" * 10_000)
    seen = []
    import_interactions(path, now=now, dry_run=True, progress=seen.append)
    assert seen == [10_000]


def test_old_history_is_taken_and_counted(write, now):
    report = import_interactions(
        write("user,item,timestamp,kind\n7,3,1000000000,view\n"), now=now
    )
    assert (report.recorded, report.older_than_retention) == (1, 1)


def test_kind_may_be_named_for_all(write, now):
    path = write("user,item,timestamp\n7,3,1767268800\n")
    assert import_interactions(path, now=now).rejected == 1
    assert import_interactions(path, now=now, kind="like").recorded == 1


@pytest.mark.parametrize("column", ["value", "weight"])
def test_stars_stand_in_value_or_weight(write, now, column):
    path = write(f"user,item,timestamp,kind,{column}\n7,3,1767268800,rating,4\n")
    import_interactions(path, now=now)
    assert stored("value") == [4.0]


def test_weight_of_a_purchase_is_no_value(write, now):
    path = write("user,item,timestamp,kind,weight\n7,3,1767268800,purchase,1.0\n")
    import_interactions(path, now=now)
    assert stored("value") == [None]


@pytest.mark.parametrize(
    "text",
    [
        "user,item,kind,position\n7,3,view,1\n7,4,view,2\n",
        "user,item,kind\n7,3,view\n7,4,view\n",
    ],
)
def test_order_stands_in_for_time(write, now, text):
    report = import_interactions(write(text), now=now)
    assert (report.recorded, report.undated) == (2, 2)
    start = now - UNDATED_FROM
    assert stored("item_id", "occurred_at") == [
        ("3", start + timedelta(seconds=1)),
        ("4", start + timedelta(seconds=2)),
    ]
    later = now + timedelta(days=1)
    assert import_interactions(write(text), now=later).recorded == 0


def test_unknown_items_are_kept_unless_told_otherwise(write, now, product):
    text = f"user,item,timestamp,kind\n7,{product.pk},1,view\n7,none,1,view\n"
    path = write(text)
    report = import_interactions(path, now=now, known_items_only=True)
    assert (report.recorded, report.rejected) == (1, 1)
    assert import_interactions(path, now=now).recorded == 1


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("past.csv", "who,what\n1,2\n", "needs the columns user and item"),
        ("past.csv", "", "it has none"),
        ("past.txt", "user,item\n", "the ending tells no format"),
        ("past.parquet", "user,item\n", "is no Parquet file"),
    ],
)
def test_file_that_cannot_be_used_is_refused(write, now, name, text, sentence):
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    with pytest.raises(DataError, match=sentence):
        import_interactions(write(text, name), now=now)


def test_parquet_without_pyarrow_names_the_extra(tmp_path):
    program = f"""
import sys
sys.modules["pyarrow"] = None
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django
django.setup()
from pathlib import Path
from django.utils import timezone
from django_recsys.tracking import find_visitor_key, import_interactions
import_interactions(now=timezone.now(), path=Path({str(tmp_path / "past.parquet")!r}))
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "MissingExtraError: Parquet needs pyarrow" in done.stderr
    assert "django-recsys[parquet]" in done.stderr


def run(*arguments):
    out, err = StringIO(), StringIO()
    call_command("recsys_import", *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_command_writes_the_report_of_bad_lines(write, tmp_path):
    path = write(HEADER + GOOD + "7,3,soon,view,,,,\n")
    report = tmp_path / "bad.csv"
    out, err = run(path, "--report", report, "--json")
    assert json.loads(out)["rejected"] == 1
    assert report.read_text().splitlines() == [
        "line,reason",
        "5,\"timestamp is 'soon': give Unix seconds or ISO 8601, as in "
        '2026-01-31T12:00:00Z."',
    ]
    assert err == ""


def test_command_shows_the_first_bad_lines(write):
    out, err = run(write(HEADER + GOOD + "7,3,soon,view,,,,\n" * 12))
    assert "rejected  12" in out
    assert err.count("timestamp is 'soon'") == 10
    assert "12 lines were refused; name a file with --report for all." in err


def test_command_warns_of_pruning(write):
    out, _err = run(write("user,item,timestamp,kind\n7,3,1000000000,view\n"))
    assert "raise RETENTION_DAYS to keep them" in out


def test_dry_run_stores_nothing(write):
    out, _err = run(write(HEADER + GOOD), "--dry-run")
    assert "Dry run, nothing stored." in out
    assert stored("pk") == []


def test_command_names_a_missing_file(tmp_path):
    with pytest.raises(CommandError, match=r"nothing\.csv"):
        run(tmp_path / "nothing.csv")


@pytest.mark.slow
def test_online_retail_is_imported_completely(shared_data, tmp_path):
    """Every eighth row: seven batches, each of which the second run knows."""
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(shared_data("online-retail") / "interactions.parquet")
    some = table.take(list(range(0, len(table), 8)))
    path = tmp_path / "past.parquet"
    parquet.write_table(some, path)
    expected = Counter(some["kind"].to_pylist())
    counts = json.loads(run(path, "--json")[0])
    assert counts["kinds"] == expected
    assert counts["recorded"] == len(some) > 50_000
    assert counts["rejected"] == 0
    for kind, rows in expected.items():
        assert Interaction.objects.filter(kind=kind).count() == rows
    again = json.loads(run(path, "--json")[0])
    assert (again["recorded"], again["already_recorded"]) == (0, len(some))


@pytest.mark.parametrize("option", [(), ("--dry-run",)])
def test_report_never_takes_the_place_of_another_file(write, tmp_path, option):
    path = write(HEADER + GOOD)
    notes = write("my notes", "notes.txt")
    for report in (path, notes, tmp_path / "none" / "bad.csv"):
        with pytest.raises(CommandError, match="--report: "):
            run(path, "--report", report, *option)
    assert path.read_text() == HEADER + GOOD
    assert notes.read_text() == "my notes"
    assert stored("pk") == []


def test_report_may_be_written_again(write, tmp_path):
    report = tmp_path / "bad.csv"
    for lines in (2, 1):
        run(write(HEADER + "7,3,soon,view,,,,\n" * lines), "--report", report)
        assert len(report.read_text().splitlines()) == 1 + lines


def test_report_of_an_import_that_fails_leaves_the_earlier_one(write, tmp_path):
    report = tmp_path / "bad.csv"
    run(write(HEADER + "7,3,soon,view,,,,\n"), "--report", report)
    before = report.read_text()
    with pytest.raises(CommandError, match="needs the columns"):
        run(write("who,what\n"), "--report", report)
    assert report.read_text() == before


def test_users_without_an_account_are_counted_and_named(write, ada):
    lines = [ada.pk, f"0{ada.pk}", 10**30, "someone", "user:999", "guest:x", "email:0f"]
    text = "".join(f"{user},3,1767268800,view\n" for user in lines)
    path = write("user,item,timestamp,kind\n" + text)
    out, _err = run(path, "--dry-run")
    assert "no accounts of this shop: 4." in out
    assert json.loads(run(path, "--json")[0])["unknown_users"] == 4


def test_dry_run_counts_what_is_there_already(write, now):
    path = write("user,item,timestamp,kind,event_id\n" + "7,3,1,view,e1\n" * 2)
    for stored_before in (0, 1):
        dry = import_interactions(path, now=now, dry_run=True)
        assert (dry.recorded, dry.already_recorded) == (
            1 - stored_before,
            1 + stored_before,
        )
        import_interactions(path, now=now)


def test_id_is_the_same_from_a_spreadsheet(write):
    path = write("user,item,timestamp,kind\n7.0,3.0,1767268800,view\n7,3,1,view\n")
    run(path)
    assert stored("visitor_key", "item_id") == [("user:7", "3")] * 2


def test_lines_keep_the_keys_under_which_they_were_stored_before(write, now):
    lines = "7,3,1767225600,purchase,2,3.33335,A1\n7,3,1767225600.5,view,,3.25,\n"
    run(write("user,item,timestamp,kind,quantity,price,reference\n" + lines))
    assert stored("event_id", "price") == [
        ("import:8caa25f586ceb70e3c802c0bb0a61b7e:1", Decimal("3.3334")),
        ("import:5acad01b4ee577dcaccb0897c5c93257:1", Decimal("3.2500")),
    ]


def test_a_shop_without_accounts_has_no_unknown_ones(write, now, settings):
    settings.AUTH_USER_MODEL = "people.Person"
    report = import_interactions(write("user,item,kind\n7,3,view\n"), now=now)
    assert (report.recorded, report.unknown_users) == (1, 0)
    with pytest.raises(DataError, match="There is no account 'ada'"):
        find_visitor_key("ada")
