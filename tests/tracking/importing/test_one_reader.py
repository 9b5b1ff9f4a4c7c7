"""The importer and the engine read one file alike."""

import csv
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import example, given, strategies as st

from django_recsys.exceptions import DataError
from django_recsys.learning.data.files import read_interactions
from django_recsys.models import Interaction
from django_recsys.tracking import import_interactions
from django_recsys.tracking.rows import as_visitor_key
from tests.hostile import json_values

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ROW = {"user": "7", "item": "3", "timestamp": "1767225600", "kind": "purchase"}


def write_csv(path, rows):
    path = path / "rows.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_json(path, rows):
    path = path / "rows.jsonl"
    path.write_text("\n".join(json.dumps(row, default=str) for row in rows))
    return path


def write_parquet(path, rows):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    path = path / "rows.parquet"
    parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    return path


def by_engine(path, **options):
    """Return users, items, seconds, kinds and amounts, or the reason of a refusal."""
    try:
        rows = read_interactions(path, **options).interactions
    except DataError as error:
        return str(error).partition("': ")[2] or str(error)
    return sorted(
        zip(
            map(as_visitor_key, rows.users.ids[rows.user_indices].tolist()),
            rows.items.ids[rows.item_indices].tolist(),
            rows.timestamps.tolist(),
            [rows.kind_names[code] for code in rows.kinds],
            rows.weights.tolist(),
            strict=True,
        )
    )


def by_importer(path, **options):
    """Return the same of the rows that are stored, or the first reason."""
    Interaction.objects.all().delete()
    reasons = []
    try:
        import_interactions(
            path, now=NOW, reject=lambda _n, why: reasons.append(why), **options
        )
    except DataError as error:
        return str(error)
    if reasons:
        return reasons[0]
    return sorted(
        (row.visitor_key, row.item_id, row.occurred_at.timestamp(), row.kind)
        + (float(np.float32(row.quantity)),)
        for row in Interaction.objects.all()
    )


@pytest.mark.parametrize("write", [write_csv, write_json, write_parquet])
@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("timestamp", [1767225600, 1767225600.5, datetime(2026, 1, 1, tzinfo=UTC)]),
        ("timestamp", [date(2026, 1, 1), datetime(2026, 1, 1, 12)]),
        ("timestamp", ["2026-01-01", "2026-01-01T12:00:00+02:00", "1767225600"]),
        ("timestamp", [45000, 45000.25, 20260131, 202601311200, 20260131120000]),
        ("timestamp", [1767225600000, 1767225600000000, 0.0, -1, 1e10, None, ""]),
        ("timestamp", ["0001-01-01", "9999-12-31", "31.01.2026", "soon", float("nan")]),
        ("quantity", [1, -3, 2.5, 0, 1e-9, 1e15, None, "", float("nan"), "-3", "two"]),
        ("user", [1, 1.0, 1.5, "1.0", "1.23457E+12", "nan", "NULL", "None", "\\N"]),
        ("user", [None, "", " ", " 7 ", float("nan"), True, b"u0", b"\xff", [3]]),
        ("user", [2**63, 2**64, 2.0**60, "9" * 40, {"id": 1}, "NA", "+1.0", "-0.0"]),
        ("item", [3.0, "x.0", "1.10", "1e5", "#N/A", "<NA>", "undefined", "a\0"]),
    ],
)
def test_one_value_means_the_same_to_both(tmp_path, write, column, values):
    for value in values:
        if write is write_csv:
            value = "" if value is None else str(value)
        try:
            path = write(tmp_path, [{**ROW, "quantity": 1, column: value}])
        except (TypeError, OverflowError):
            continue  # JSON has no bytes, Arrow no integer of 65 bits
        assert by_engine(path) == by_importer(path)


@given(
    column=st.sampled_from(["user", "item", "timestamp", "quantity"]), value=json_values
)
@example(column="timestamp", value="2026-01-01T00:00:00Z")
def test_hostile_values_mean_the_same_to_both(tmp_path_factory, column, value):
    path = write_json(
        tmp_path_factory.getbasetemp(), [{**ROW, "quantity": 1, column: value}]
    )
    text = str(value)
    if len(text) > 150 or (column == "user" and ":" in text):
        return  # lengths and prefixes of keys are the shop's
    assert by_engine(path) == by_importer(path)


def test_returns_and_blanks_are_the_same_to_both(tmp_path):
    rows = [
        {**ROW, "quantity": -3},
        {**ROW, "item": "4", "quantity": ""},
        {**ROW, "item": "5", "kind": "view", "quantity": 2},
    ]
    path = write_csv(tmp_path, rows)
    assert by_engine(path) == by_importer(path)
    assert [row[3:] for row in by_engine(path)] == [
        ("return", 3),
        ("purchase", 1),
        ("view", 2),
    ]


def test_moment_of_nanoseconds_is_read_without_pandas(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    times = pyarrow.array([1767225600123456789], pyarrow.timestamp("ns", "UTC"))
    columns = {name: [value] for name, value in ROW.items()}
    path = tmp_path / "rows.parquet"
    parquet.write_table(pyarrow.table({**columns, "timestamp": times}), path)
    assert by_engine(path) == by_importer(path)
    assert by_engine(path)[0][2] == pytest.approx(1767225600.123456)


def test_parquet_with_moments_beyond_pythons_loses_no_other_row(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    times = pyarrow.array([10**18, 1767225600 * 10**6], pyarrow.timestamp("us"))
    path = tmp_path / "rows.parquet"
    columns = {name: [value] * 2 for name, value in ROW.items()}
    parquet.write_table(pyarrow.table({**columns, "timestamp": times}), path)
    report = import_interactions(path, now=NOW)
    assert (report.recorded, report.rejected) == (1, 1)
    assert "timestamp is '1000000000000000000" in by_engine(path)


HEADER = b"user,item,timestamp,kind\n"
LATIN = HEADER + "Jürgen,3,1767225600,view\nJärgen,3,1767225600,view\n".encode("cp1252")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("rows.csv", LATIN, "is no UTF-8: line 2 holds b'\\xfc'"),
        ("rows.csv", LATIN, "--encoding cp1252"),
        ("rows.jsonl", b'{"user": "J\xfcrgen"}', "is no UTF-8: line 1"),
        ("rows.csv", HEADER.decode().encode("utf-16-le"), "--encoding utf-16-le"),
        ("rows.csv", HEADER.replace(b",", b";"), "separates values by semicolons"),
        ("rows.csv", HEADER.replace(b",", b"\t"), "separates values by tabs"),
        ("rows.csv", b"user,item,user\n1,2,3\n", "column 'user' stands twice"),
        ("rows.jsonl", b'\n [{"user": 1}]', "is one JSON array: write one object"),
        ("rows.json", b"[]", "is one JSON array"),
    ],
)
def test_file_of_another_form_is_refused_with_the_way_out(
    tmp_path, name, content, sentence
):
    path = tmp_path / name
    path.write_bytes(content)
    assert sentence in by_importer(path)
    assert sentence in by_engine(path)
    assert not Interaction.objects.exists()


def test_quote_that_is_not_closed_loses_its_own_line_alone(tmp_path):
    path = tmp_path / "rows.csv"
    good = b"7,3,1767225600,view\n"
    lines = [
        good * 9_000,
        b'7,"3,1767225600,view\n',
        good * 9_000,
        b'"8,3,1,view\n',
        good,
    ]
    path.write_bytes(HEADER + b"".join(lines))
    reasons = []
    report = import_interactions(path, now=NOW, reject=lambda *why: reasons.append(why))
    assert (report.recorded, report.rejected) == (18_001, 2)
    reason = "a quotation mark opens here and is not closed."
    assert reasons == [(9_002, reason), (18_003, reason)]
    assert reason in by_engine(path)


def test_quoted_field_may_have_several_lines(tmp_path):
    path = tmp_path / "rows.csv"
    text = (
        'user,item,timestamp,kind,note\n7,3,1767225600,view,"two\nlines"\n7,4,1,view,\n'
    )
    path.write_text(text)
    assert by_engine(path) == by_importer(path)
    assert len(by_importer(path)) == 2


def test_nothing_is_stored_of_a_file_that_breaks_late(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_bytes(HEADER + b"7,3,1767225600,view\n" * 100_000 + b"\xfc,3,1,view\n")
    assert "line 100002 holds" in by_importer(path)
    assert not Interaction.objects.exists()


def test_encoding_is_named_or_told_by_the_file(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_bytes(LATIN)
    found = by_importer(path, encoding="cp1252")
    assert [row[0] for row in found] == ["user:Järgen", "user:Jürgen"]
    assert found == by_engine(path, encoding="cp1252")
    path.write_text(LATIN.decode("cp1252"), encoding="utf-16")
    assert found == by_importer(path) == by_engine(path)


@pytest.mark.parametrize("encoding", ["latin-99", "base64"])
def test_unknown_encoding_is_named(tmp_path, encoding):
    path = tmp_path / "rows.csv"
    path.write_bytes(HEADER)
    assert by_importer(path, encoding=encoding).startswith("--encoding: ")


def test_lines_with_and_without_times_are_not_mixed(tmp_path):
    undated = {name: value for name, value in ROW.items() if name != "timestamp"}
    for rows in ([ROW, undated], [{**ROW, "timestamp": ""}, ROW]):
        reason = by_importer(write_json(tmp_path, rows))
        assert reason.startswith("timestamp is missing")
        assert reason == by_engine(write_json(tmp_path, rows))


def test_price_is_rounded_as_its_column_is(tmp_path):
    row = {**ROW, "price": "3.33335"}
    import_interactions(write_csv(tmp_path, [row]), now=NOW)
    assert Interaction.objects.get().price == Decimal("3.3334")
