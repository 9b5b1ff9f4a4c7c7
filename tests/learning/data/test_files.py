import subprocess
import sys

import numpy as np
import pytest

from django_recsys.learning.data.files import (
    categories_of,
    read_interactions,
    read_items,
)
from django_recsys.learning.exceptions import DataError

pq = pytest.importorskip("pyarrow.parquet")
pa = pytest.importorskip("pyarrow")


@pytest.fixture
def written(tmp_path):
    def write(text: str, name: str = "rows.csv"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def test_csv_with_every_column(written):
    table = read_interactions(
        written(
            "user,item,timestamp,kind,weight,quantity,split,other\n"
            "1,a,100,purchase,1,3,train,x\n"
            "1,b,200,rating,4,9,test,y\n"
        )
    )
    rows = table.interactions
    assert rows.weights.tolist() == [3, 4]
    assert rows.timestamps.tolist() == [100, 200]
    assert rows.has_times
    assert table.is_test.tolist() == [False, True]


def test_position_orders_but_is_no_time(written):
    rows = read_interactions(written("user,item,position\n1,a,2\n1,b,1\n")).interactions
    assert not rows.has_times
    assert rows.histories().item_indices.tolist() == [1, 0]


def test_without_order_the_rows_count(written):
    table = read_interactions(written("user,item\n1,b\n1,a\n"))
    assert table.interactions.histories().item_indices.tolist() == [1, 0]
    assert table.is_test is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("user,thing\n1,a\n", "there is no column 'item'"),
        ("", "there are no rows"),
        ("user,item\n", "there are no rows"),
        ("user,item\n1,a\n2\n", "line 3, column 'item': item is missing"),
        ("user,item\n1,a\n2,\n", "line 3, column 'item': item is missing"),
        (
            "user,item,timestamp\n1,a,noon\n",
            "line 2, column 'timestamp': timestamp is 'noon'",
        ),
        (
            "user,item,weight\n1,a,1\n1,b,nan\n",
            "line 3, column 'weight': weight is 'nan'",
        ),
        ("user,item,split\n1,a,dev\n", "row 1, column 'split': 'dev' is neither"),
    ],
)
def test_bad_file_names_line_column_and_reason(written, text, reason):
    with pytest.raises(DataError, match=reason):
        read_interactions(written(text))


def test_absent_file_raises(tmp_path):
    with pytest.raises(DataError, match="There is no file"):
        read_interactions(tmp_path / "none.csv")


def parquet(tmp_path, **columns):
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table(columns), path)
    return path


def test_parquet_equals_csv(tmp_path, written):
    ours = read_interactions(
        parquet(tmp_path, user=[1, 1], item=["a", "b"], timestamp=[5, 6])
    ).interactions
    theirs = read_interactions(written("user,item,timestamp\n1,a,5\n1,b,6\n"))
    assert ours.users.ids.tolist() == theirs.interactions.users.ids.tolist() == ["1"]
    np.testing.assert_array_equal(ours.timestamps, theirs.interactions.timestamps)


def test_parquet_with_a_missing_value_names_the_row(tmp_path):
    with pytest.raises(DataError, match="line 2, column 'item': item is missing"):
        read_interactions(parquet(tmp_path, user=[1, 2], item=["a", None]))
    with pytest.raises(DataError, match="line 1, column 'timestamp'"):
        read_interactions(
            parquet(tmp_path, user=[1], item=["a"], timestamp=[float("nan")])
        )


def test_text_is_no_parquet(written):
    with pytest.raises(DataError, match="is no Parquet file"):
        read_interactions(written("user,item\n", name="rows.parquet"))


def test_parquet_without_pyarrow_names_what_to_install(tmp_path):
    path = parquet(tmp_path, user=[1], item=["a"])
    code = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "from pathlib import Path\n"
        "from django_recsys.learning.data.files import read_interactions\n"
        f"read_interactions(Path({str(path)!r}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert "MissingExtraError: Parquet needs pyarrow: pip install" in done.stderr


def test_first_category_is_the_category(written):
    rows = read_interactions(written("user,item\n1,a\n1,b\n1,c\n")).interactions
    items = read_items(written("item,category\nb,x|y\na,y\nzz,x\n", name="items.csv"))
    assert categories_of(items, rows).tolist() == [1, 0, -1]
    assert categories_of({"item": ["a"]}, rows) is None


def test_items_file_needs_the_item(written):
    with pytest.raises(DataError, match="no column 'item'"):
        read_items(written("title\nlamp\n"))


def test_quantity_without_kind_multiplies_the_weight(written):
    text = "user,item,quantity,weight\n1,a,-3,2\n"
    assert read_interactions(written(text)).interactions.weights.tolist() == [6]


def test_other_encodings_raise(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_bytes(b"user,item\n\xff,a\n")
    with pytest.raises(DataError, match="is no UTF-8: line 2 holds"):
        read_interactions(path)
