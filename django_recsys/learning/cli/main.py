"""``python -m django_recsys.learning``: evaluate algorithms on a file, list them."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django_recsys.learning.exceptions import DataError, RecsysError
from django_recsys.learning.hyperparameters import (
    hyperparameters_of,
    validate_hyperparameters,
)
from django_recsys.learning.options import TrainingOptions
from django_recsys.learning.output_files import (
    Output,
    check_outputs,
    is_page,
    is_results,
    is_study,
    report_files,
)
from django_recsys.learning.registry import ALGORITHMS, get_recommender_class

from .progress_bar import ProgressBar
from .results_table import add_differences, combine_seeds, results_table
from .subprocess_runner import BAD_INPUT, run_subprocess

DEFAULT_ALGORITHMS = "popular,trending,item_knn,ease"
ENCODING_HELP = "of CSV and JSON lines, such as cp1252; else UTF-8"
PROTOCOLS = ("leave-one-out", "temporal", "given-split")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; bad input gives one line of error."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except (RecsysError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return BAD_INPUT
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m django_recsys.learning")
    commands = parser.add_subparsers(required=True)
    listing = commands.add_parser("algorithms", help="names and hyper-parameters")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=_list_algorithms)
    ratings = commands.add_parser(
        "ratings", help="how well a rating model predicts ratings"
    )
    ratings.add_argument("file", type=Path, help="user, item, weight: the rating")
    ratings.add_argument(
        "--liked", type=float, default=4.0, help="least rating that counts as liked"
    )
    ratings.add_argument("--encoding", help=ENCODING_HELP)
    ratings.add_argument("--seed", type=int, default=0)
    ratings.add_argument("--json", action="store_true")
    ratings.set_defaults(run=_ratings)
    command = commands.add_parser("evaluate", help="fit and measure on a file")
    command.add_argument("file", type=Path, help="CSV, JSON lines or Parquet")
    command.add_argument("--encoding", help=ENCODING_HELP)
    command.add_argument("--algorithms", default=DEFAULT_ALGORITHMS)
    command.add_argument("--protocol", choices=PROTOCOLS, default="temporal")
    command.add_argument("--fit", choices=("train", "train+validation"))
    command.add_argument(
        "--hits",
        choices=("liked", "all"),
        default="liked",
        help="what a list should hold; all: returned goods and low ratings, too, as in "
        "published tables",
    )
    command.add_argument(
        "--set",
        action="append",
        default=[],
        dest="settings",
        metavar="ALGORITHM.NAME=VALUE",
    )
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--seeds", type=int, default=1, help="how many, from --seed")
    command.add_argument("--items", type=Path, help="else items.parquet beside FILE")
    command.add_argument("--edges", type=Path, help="else edges.parquet beside FILE")
    command.add_argument(
        "--cold-items",
        type=float,
        default=0.0,
        metavar="SHARE",
        help="withhold this share of items from training and evaluate on them alone",
    )
    command.add_argument(
        "--tune",
        type=float,
        metavar="SECONDS",
        help="tune hyper-parameters on validation rows first, this long per algorithm",
    )
    command.add_argument(
        "--study", type=Path, metavar="FILE", help="keep the search, to resume it later"
    )
    command.add_argument(
        "--report", type=Path, metavar="PAGE", help="write an HTML page, and JSON"
    )
    command.add_argument("--json", action="store_true")
    command.add_argument("--in-process", action="store_true", help=argparse.SUPPRESS)
    command.set_defaults(run=_evaluate)
    return parser


def _list_algorithms(options: argparse.Namespace) -> int:
    listing: list[dict[str, Any]] = []
    for name, (_, extra) in ALGORITHMS.items():
        cls = get_recommender_class(name)
        listing.append(
            {
                "algorithm": name,
                "summary": (cls.__doc__ or "").strip().splitlines()[0],
                "extra": extra,
                "hyperparameters": [
                    {
                        "name": each.name,
                        "type": each.type.__name__,
                        "default": each.default,
                        "allowed": each.allowed,
                        "help": each.help,
                    }
                    for each in hyperparameters_of(cls)
                ],
            }
        )
    if options.json:
        print(json.dumps(listing, indent=1))
        return 0
    for entry in listing:
        print(f"{entry['algorithm']}: {entry['summary']}")
        for each in hyperparameters_of(get_recommender_class(entry["algorithm"])):
            print(
                f"    {each.name} = {each.shown_default} ({each.allowed}): {each.help}"
            )
    return 0


def _ratings(options: argparse.Namespace) -> int:
    from django_recsys.learning.data.files import read_interactions
    from django_recsys.learning.evaluation.ratings import evaluate_ratings, rating_table

    table = read_interactions(options.file, encoding=options.encoding)
    result = evaluate_ratings(
        table.interactions,
        is_test=table.is_test,
        liked=options.liked,
        options=TrainingOptions(seed=options.seed),
    )
    print(json.dumps(result, indent=1) if options.json else rating_table(result))
    return 0


def _evaluate(options: argparse.Namespace) -> int:
    names = [name.strip() for name in options.algorithms.split(",") if name.strip()]
    settings = _settings(options.settings, names)
    _check_protocol(options)
    if options.in_process:
        from .evaluate import run_evaluation

        print(json.dumps(run_evaluation(options, names[0], settings[names[0]])))
        return 0
    _check_outputs(options)
    seeds = range(options.seed, options.seed + max(options.seeds, 1))
    results, bar = [], ProgressBar()
    for name in names:
        bar.begin(name)
        runs = [
            run_subprocess(_arguments(options, name, seed), name, bar) for seed in seeds
        ]
        results.append(combine_seeds(runs))
    bar.end()
    if left_out := results[0]["future_rows"]:
        print(f"{left_out} rows lie in the future and are left out.", file=sys.stderr)
    add_differences(results)
    if options.report:
        from django_recsys.learning.report.page import write_report

        write_report(results, options.report)
    print(json.dumps(results, indent=1) if options.json else results_table(results))
    return 0


def _settings(texts: Sequence[str], names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return hyper-parameters by algorithm; raises DataError for a wrong one."""
    settings: dict[str, dict[str, Any]] = {name: {} for name in names}
    for text in texts:
        target, equals, value = text.partition("=")
        algorithm, dot, name = target.partition(".")
        if not equals or not dot:
            raise DataError(f"--set {text}: write it as als.embedding_size=128.")
        if algorithm not in settings:
            raise DataError(f"--set {text}: {algorithm} is not among --algorithms.")
        settings[algorithm][name] = value
    return {
        name: validate_hyperparameters(get_recommender_class(name), values)
        for name, values in settings.items()
    }


def _check_protocol(options: argparse.Namespace) -> None:
    if options.fit and options.protocol != "leave-one-out":
        raise DataError("--fit needs --protocol leave-one-out.")
    if not 0 <= options.cold_items < 1:
        raise DataError("--cold-items takes a share of the items between 0 and 1.")
    if options.tune is not None and options.tune <= 0:
        raise DataError("--tune takes a number of seconds above zero.")
    if options.study and options.tune is None:
        raise DataError("--study keeps the search of --tune: give both.")


def _check_outputs(options: argparse.Namespace) -> None:
    """Raise DataError where --report or --study names a file that must stay."""
    from .evaluate import input_files

    outputs = []
    if options.study is not None:
        outputs.append(Output(path=options.study, option="--study", is_ours=is_study))
    if options.report is not None:
        page, results = report_files(options.report)
        outputs += [
            Output(path=page, option="--report", is_ours=is_page),
            Output(path=results, option="--report", is_ours=is_results),
        ]
    check_outputs(outputs, input_files(options))


def _arguments(options: argparse.Namespace, name: str, seed: int) -> list[str]:
    """Return the arguments of the process of one algorithm."""
    arguments = ["evaluate", str(options.file), "--algorithms", name, "--in-process"]
    arguments += ["--protocol", options.protocol, "--hits", options.hits]
    arguments += ["--seed", str(seed)]
    for text in options.settings:
        if text.startswith(f"{name}."):
            arguments += ["--set", text]
    if options.cold_items:
        arguments += ["--cold-items", str(options.cold_items)]
    for option in ("encoding", "fit", "items", "edges", "tune", "study", "report"):
        value = getattr(options, option)
        if value is not None:
            arguments += [f"--{option}", str(value)]
    return arguments
