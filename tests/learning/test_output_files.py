import os

import pytest

from django_recsys.learning.cli.main import main
from django_recsys.learning.exceptions import DataError
from django_recsys.learning.output_files import (
    Output,
    check_outputs,
    is_page,
    is_results,
    is_study,
    replacing,
)

ROWS = "user,item,timestamp\n" + "\n".join(
    f"{user},{item},{user * 10 + item}" for user in range(9) for item in range(5)
)


def ours(head: str) -> bool:
    return head.startswith("ours")


def check(path, *inputs):
    check_outputs([Output(path=path, option="--report", is_ours=ours)], inputs)


@pytest.mark.parametrize(
    "alias",
    [
        lambda path: path,
        lambda path: path.parent / "sub" / ".." / path.name,
        lambda path: link(path, os.link),
        lambda path: link(path, os.symlink),
    ],
)
def test_input_under_any_name_is_refused(tmp_path, alias):
    path = tmp_path / "rows.csv"
    (tmp_path / "sub").mkdir()
    path.write_text("ours\n")
    with pytest.raises(DataError, match="is read by this very command"):
        check(alias(path), path)
    assert path.read_text() == "ours\n"


def link(path, make):
    other = path.with_name("other")
    make(path, other)
    return other


@pytest.mark.parametrize("text", ["", "somebody's", "\xff\x00"])
def test_file_of_somebody_else_is_refused(tmp_path, text):
    path = tmp_path / "there"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(DataError, match="was not written by --report"):
        check(path)


def test_folder_and_missing_folder_are_refused(tmp_path):
    with pytest.raises(DataError, match="was not written by --report"):
        check(tmp_path)
    with pytest.raises(DataError, match="there is no folder"):
        check(tmp_path / "none" / "report")


def test_own_earlier_file_may_be_replaced(tmp_path):
    path = tmp_path / "report"
    path.write_text("ours, of yesterday")
    check(path)


def test_two_outputs_need_two_names(tmp_path):
    output = Output(path=tmp_path / "one", option="--study", is_ours=ours)
    with pytest.raises(DataError, match="is written by this very command"):
        check_outputs([output, output], [])


def test_file_takes_its_name_when_it_is_complete(tmp_path):
    path = tmp_path / "report"
    path.write_text("before")
    with pytest.raises(ZeroDivisionError):
        write_half(path)
    assert path.read_text() == "before"
    with replacing(path) as file:
        file.write("whole")
    assert path.read_text() == "whole"
    assert list(tmp_path.iterdir()) == [path]


def write_half(path):
    with replacing(path) as file:
        file.write("half")
        raise ZeroDivisionError


def test_a_link_stays_a_link(tmp_path):
    path = tmp_path / "report"
    path.symlink_to(tmp_path / "target")
    with replacing(path) as file:
        file.write("whole")
    assert path.is_symlink()
    assert (tmp_path / "target").read_text() == "whole"


def test_evaluate_refuses_to_write_over_what_it_reads(tmp_path, capsys):
    rows, items = tmp_path / "rows.csv", tmp_path / "items.csv"
    twin = tmp_path / "page.json"
    rows.write_text(ROWS)
    items.write_text("item,category\n1,a\n")
    twin.write_text('{"mine": 1}')
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    for options, reason in [
        (["--report", rows], "is read by"),
        (["--report", items], "is read by"),
        (["--report", tmp_path / "page.html"], "page.json exists and was not"),
        (["--report", tmp_path / "new.json"], "is written by"),
        (["--tune", "1", "--study", rows], "is read by"),
        (["--tune", "1", "--study", twin], "was not written by --study"),
    ]:
        arguments = ["evaluate", rows, "--algorithms", "popular", *options]
        assert main(list(map(str, arguments))) == 2
        assert reason in capsys.readouterr().err
    assert before == {path: path.read_bytes() for path in tmp_path.iterdir()}


def test_evaluate_may_write_its_report_and_study_again(tmp_path):
    pytest.importorskip("matplotlib")
    pytest.importorskip("optuna")
    rows, page, study = (tmp_path / n for n in ("rows.csv", "a.html", "s.log"))
    rows.write_text(ROWS)
    arguments = ["evaluate", rows, "--algorithms", "item_knn", "--report", page]
    arguments += ["--tune", "0.1", "--study", study, "--protocol", "leave-one-out"]
    assert main(list(map(str, arguments))) == 0
    assert is_page(page.read_text())
    assert is_results(page.with_suffix(".json").read_text())
    assert is_study(study.read_text())
    assert main(list(map(str, arguments))) == 0
