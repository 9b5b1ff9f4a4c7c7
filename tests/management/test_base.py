"""What all commands have in common."""

import argparse
import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command, load_command_class

import django_recsys
from django_recsys.exceptions import RecsysError
from django_recsys.management.base import RecsysCommand, count_lines
from django_recsys.models import RecommenderConfig, TrainingRun

FOLDER = Path(django_recsys.__file__).parent / "management/commands"
COMMANDS = sorted(path.stem for path in FOLDER.glob("recsys_*.py"))
START = datetime(2026, 3, 1, tzinfo=UTC)


class Lookup(RecsysCommand):
    """Finds one item, as the test says."""

    result = {"title": "Müsli", "since": START}

    def add_options(self, parser):
        parser.add_argument("--fail", choices=("before", "after"))

    def run(self, *, fail, **options):
        if fail == "before":
            raise RecsysError("There is no item 9.")
        return self.result

    def show(self, result):
        self.stdout.write(result["title"])

    def check_result(self, result):
        if self.options["fail"] == "after":
            raise CommandError("The item is gone.")


@pytest.fixture
def command():
    return Lookup(stdout=StringIO(), stderr=StringIO())


def printed(command):
    return command.stdout._out.getvalue(), command.stderr._out.getvalue()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_json_and_explains_its_arguments(name):
    command = load_command_class("django_recsys", name)
    assert isinstance(command, RecsysCommand)
    actions = command.create_parser("manage.py", name)._actions
    assert "--json" in [option for each in actions for option in each.option_strings]
    assert [each.dest for each in actions if not each.help] == []
    assert argparse.SUPPRESS not in [each.help for each in actions]


def test_lines_are_for_people(command):
    call_command(command)
    assert printed(command) == ("Müsli\n", "")


def test_json_is_one_line_with_moments_and_umlauts(command):
    call_command(command, json=True)
    (line,) = printed(command)[0].splitlines()
    assert json.loads(line) == {"title": "Müsli", "since": "2026-03-01T00:00:00Z"}
    assert "Müsli" in line


def test_error_of_a_service_is_a_sentence(command):
    with pytest.raises(CommandError, match=r"^There is no item 9\.$"):
        call_command(command, fail="before")
    assert printed(command) == ("", "")


def test_failure_is_printed_before_it_is_one(command):
    with pytest.raises(CommandError, match="is gone"):
        call_command(command, fail="after", json=True)
    assert "Müsli" in printed(command)[0]


@pytest.mark.parametrize("verbosity", [0, 1])
def test_rows_are_counted_on_the_error_output(command, verbosity):
    call_command(command, json=True, verbosity=verbosity)
    count = command.counter()
    for read in (99_999, 100_000, 100_001, 350_000, 399_999, 400_000):
        count(read)
    lines = [f"{each} rows read" for each in ("100,000", "350,000", "400,000")]
    assert printed(command)[1].splitlines() == lines * verbosity


@pytest.mark.django_db
def test_training_is_told_stage_by_stage(command):
    call_command(command)
    config = RecommenderConfig.objects.create(key="ease", algorithm="ease")
    run = TrainingRun.objects.create(recommender=config)
    watch = command.watcher()
    for stage in ("", "fit", "fit", "publish"):
        if stage:
            run.status, run.stage = TrainingRun.Status.RUNNING, stage
        watch([run])
    run.status, run.message = TrainingRun.Status.PROMOTED, "It is better."
    run.started_at, run.finished_at = START, START + timedelta(seconds=90)
    watch([run])
    assert printed(command)[0].splitlines()[1:] == [
        "[1/1] ease: fit ...",
        "[1/1] ease: publish ...",
        "[1/1] ease: trained and live in 90.0 s. It is better.",
    ]


def test_training_is_not_told_beside_json(command):
    call_command(command, json=True)
    assert command.watcher() is None


def test_counts_stand_below_each_other_without_zeros():
    counts = {"read": 12_345, "bad_date": 0, "latest": "today", "is_dry_run": True}
    assert count_lines(counts) == "  read    12,345\n  latest  today"
    assert count_lines({"read": 0}) == ""
