"""What the `recsys_*` commands share."""

import textwrap
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder

from django_recsys.exceptions import RecsysError
from django_recsys.learning import format_table
from django_recsys.models import TrainingRun

ROWS_PER_LINE = 100_000


class RecsysCommand(BaseCommand):
    """A command that prints lines for people, or with `--json` one JSON document.

    A subclass writes ``run``, which calls one service, and ``show``. A `RecsysError`
    of the service becomes a `CommandError` with its sentence.
    """

    json_help = "print the result as JSON"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command line; ``add_options`` says what is special."""
        self.add_options(parser)
        parser.add_argument("--json", action="store_true", help=self.json_help)

    def add_options(self, parser: ArgumentParser) -> None:
        """Declare what this command takes beside `--json`."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, print, and end with an error where the result is one."""
        self.options = options
        try:
            result = self.run(**options)
        except RecsysError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.print_json(self.as_json(result))
        else:
            self.show(result)
        self.check_result(result)

    def print_json(self, document: Any, indent: int | None = None) -> None:
        """Print one JSON document, on one line where no indent is given."""
        encoder = DjangoJSONEncoder(indent=indent, ensure_ascii=False)
        self.stdout.write(encoder.encode(document))

    def run(self, **options: Any) -> Any:
        """Call the service and return its result."""
        raise NotImplementedError(f"{type(self).__module__} does nothing")

    def as_json(self, result: Any) -> Any:
        """Return what `--json` prints of the result."""
        return result

    def show(self, result: Any) -> None:
        """Print the result for people."""

    def check_result(self, result: Any) -> None:
        """Raise `CommandError` where what was printed is a failure."""

    def watcher(self) -> Callable[[Sequence[TrainingRun]], None] | None:
        """Return what prints trainings while they run; None with `--json`."""
        return None if self.options["json"] else ProgressPrinter(self.stdout.write)

    def counter(self) -> Callable[[int], None]:
        """Return what prints a line each time another hundred thousand rows are read.

        To the error output, so that `--json` stays one document; without a style it
        would come out in red.
        """
        lines = 0

        def count(read: int) -> None:
            nonlocal lines
            if read // ROWS_PER_LINE == lines:
                return
            lines = read // ROWS_PER_LINE
            if self.options["verbosity"]:
                self.stderr.write(f"{read:,} rows read", style_func=str)

        return count


class ProgressPrinter:
    """Writes one line whenever a run enters a stage or ends."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self.write = write
        self._written: dict[int, str] = {}

    def __call__(self, runs: Sequence[TrainingRun]) -> None:
        """Print what changed since the last call."""
        for position, run in enumerate(runs, start=1):
            line = self.line(run)
            if line and self._written.get(run.pk) != line:
                self._written[run.pk] = line
                self.write(f"[{position}/{len(runs)}] {line}")

    def line(self, run: TrainingRun) -> str:
        """Return where a run stands; nothing while it is queued."""
        if run.status == TrainingRun.Status.QUEUED:
            return ""
        if not run.is_finished:
            return f"{run.recommender.key}: {run.stage} ..."
        seconds = run.duration.total_seconds() if run.duration else 0
        status = run.get_status_display()
        return f"{run.recommender.key}: {status} in {seconds:.1f} s. {run.message}"


def add_user(parser: ArgumentParser) -> None:
    """Declare the visitor that a command is about."""
    parser.add_argument(
        "user",
        metavar="USER",
        help="a visitor key ('user:42'), a primary key, or a user name",
    )


def add_recommender(parser: ArgumentParser) -> None:
    """Declare the recommender that a command is about."""
    parser.add_argument(
        "recommender", metavar="RECOMMENDER", help="key of a recommender"
    )


def add_recommenders(parser: ArgumentParser) -> None:
    """Declare the recommenders that a command is about, all where none is named."""
    parser.add_argument(
        "recommenders",
        nargs="*",
        metavar="RECOMMENDER",
        help="key of a recommender, or the name of an algorithm",
    )


def unknown_users_line(number: int) -> str:
    """Return what an import or a backfill says of accounts that the shop has not."""
    return (
        f"Users that are no accounts of this shop: {number:,}. Is the column really "
        "the accounts' primary key?"
    )


def count_lines(counts: Mapping[str, Any]) -> str:
    """Return counts one below the other; those of zero are left out."""
    rows = [
        (name.replace("_", " "), f"{value:,}" if isinstance(value, int) else str(value))
        for name, value in counts.items()
        if value and not isinstance(value, (bool, dict))
    ]
    return textwrap.indent(format_table(rows, left=2), "  ")
