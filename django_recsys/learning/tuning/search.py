"""Search for better hyper-parameters, on validation only (extra ``tuning``)."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from optuna.storages import BaseStorage, InMemoryStorage, JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

from django_recsys.learning.data import Interactions
from django_recsys.learning.evaluation.evaluator import Difference
from django_recsys.learning.evaluation.validation import (
    ValidationSet,
    prepare_validation_set,
    validation_split_of,
)
from django_recsys.learning.exceptions import DataError
from django_recsys.learning.hyperparameters import validate_hyperparameters
from django_recsys.learning.kinds import KIND_WEIGHTS
from django_recsys.learning.metrics.ranking import HEADLINE
from django_recsys.learning.recommender import TrainingOptions
from django_recsys.learning.registry import create, get_recommender_class
from django_recsys.learning.splitting.protocols import Hits

from .search_space import Dimension, dimensions

MOST_TRIALS = 100
PATIENCE = 20
"""Trials without a gain after which the search ends."""
LEAST_GAIN = 1e-3
"""Share by which the best score must rise to count as a gain."""
RANDOM_TRIALS = 8
"""Trials drawn at random before the search learns from them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One evaluated setting."""

    hyperparameters: Mapping[str, Any]
    score: float
    """Mean NDCG@10 over the validation's queries; -1 where the fit failed."""
    seconds: float
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class Tuning:
    """The result of a search."""

    algorithm: str
    task: str
    start: Mapping[str, Any]
    """The hyper-parameters before the search."""
    start_score: float
    hyperparameters: Mapping[str, Any]
    """The best ones on validation; those of the start where none were better."""
    score: float
    gain: Difference
    """Best against start on validation, with its paired 95% interval. As the best of
    many it is optimistic: only rows outside of the search give an unbiased figure."""
    trials: tuple[Trial, ...]
    """In the order of the search, the start first."""
    seconds: float
    stopped: str
    """ "time", "patience" or "trials": what ended the search."""
    scored: int
    """Queries of the validation."""

    def as_dict(self) -> dict[str, Any]:
        """Return JSON."""
        return {
            "algorithm": self.algorithm,
            "task": self.task,
            "metric": HEADLINE,
            "start": dict(self.start),
            "start_score": self.start_score,
            "hyperparameters": dict(self.hyperparameters),
            "score": self.score,
            "gain": asdict(self.gain),
            "seconds": self.seconds,
            "stopped": self.stopped,
            "scored": self.scored,
            "trials": [asdict(trial) for trial in self.trials],
        }


def tune(
    algorithm: str,
    interactions: Interactions,
    protocol: str = "temporal",
    *,
    time_budget: timedelta,
    start: Mapping[str, Any] | None = None,
    is_test: np.ndarray | None = None,
    hits: Hits = "liked",
    kind_weights: Mapping[str, float] = KIND_WEIGHTS,
    features: Any = None,
    edges: Any = None,
    cold_items: float = 0.0,
    most_trials: int = MOST_TRIALS,
    patience: int = PATIENCE,
    storage: Path | None = None,
    options: TrainingOptions | None = None,
) -> Tuning:
    """Search on the validation part of a protocol; its test part is dropped first.

    As ``search``. Raises DataError where the data lack what the protocol needs.
    """
    cut = validation_split_of(
        interactions, protocol, is_test=is_test, hits=hits, cold_items=cold_items
    )
    task = create(algorithm).capabilities.task
    validation_set = prepare_validation_set(
        cut, task, kind_weights=kind_weights, features=features, edges=edges
    )
    return search(
        algorithm,
        validation_set,
        time_budget=time_budget,
        start=start,
        most_trials=most_trials,
        patience=patience,
        storage=storage,
        options=options,
    )


def search(
    algorithm: str,
    validation_set: ValidationSet,
    *,
    time_budget: timedelta,
    start: Mapping[str, Any] | None = None,
    most_trials: int = MOST_TRIALS,
    patience: int = PATIENCE,
    storage: Path | None = None,
    options: TrainingOptions | None = None,
) -> Tuning:
    """Try settings by a tree of Parzen estimators (Bergstra et al. 2011).

    start: the current hyper-parameters, tried first; those left out are defaults. No
    trial begins when one as long as the longest so far would exceed the budget; the
    start is always tried. Deep models train no longer than the rest of the budget. With
    ``storage``, a file, a search over the same rows resumes an earlier one, whose time
    counts too. Raises DataError where the algorithm has nothing to tune.
    """
    run = _Search(
        algorithm=algorithm,
        validation_set=validation_set,
        start=create(algorithm, **(start or {})).hyperparameters,
        seconds=time_budget.total_seconds(),
        most_trials=most_trials,
        patience=patience,
        options=options or TrainingOptions(),
    )
    return run.conduct(storage)


@dataclass(kw_only=True, eq=False)
class _Search:
    algorithm: str
    validation_set: ValidationSet
    start: Mapping[str, Any]
    seconds: float
    most_trials: int
    patience: int
    options: TrainingOptions
    trials: list[Trial] = field(default_factory=list)
    values: dict[str, np.ndarray] = field(default_factory=dict)
    """Scores per query of the start and of the best so far, by their setting."""
    began: float = field(default_factory=time.perf_counter)

    def conduct(self, storage: Path | None) -> Tuning:
        cls = get_recommender_class(self.algorithm)
        space = dimensions(cls, self.start)
        if not space:
            raise DataError(f"{self.algorithm} has nothing to tune.")
        study = self._study(storage)
        if not self.trials:
            proposal: dict[str, Any] = {}
            for each in space:
                proposal |= each.proposal(self.start[each.name])
            study.enqueue_trial(proposal)
        self.began = time.perf_counter() - sum(trial.seconds for trial in self.trials)
        stopped = self._stop_reason()
        while not stopped:
            self._try_one(study, space)
            self._report()
            stopped = self._stop_reason()
        return self._result(stopped, self.spent)

    @property
    def spent(self) -> float:
        """Seconds of the budget, those of an earlier search among them."""
        return time.perf_counter() - self.began

    def _study(self, storage: Path | None) -> optuna.Study:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        names = ",".join(f"{name}={value}" for name, value in self.start.items())
        study = optuna.create_study(
            study_name=f"{self.algorithm}({names}) on {self.validation_set.digest}",
            direction="maximize",
            storage=_storage(storage),
            load_if_exists=True,
        )
        self.trials = list(_ended_trials(study))
        # With its old seed a resumed sampler would draw the same settings again.
        study.sampler = optuna.samplers.TPESampler(
            seed=self.options.seed + len(study.trials), n_startup_trials=RANDOM_TRIALS
        )
        return study

    def _try_one(self, study: optuna.Study, space: tuple[Dimension, ...]) -> None:
        trial = study.ask()
        proposed = {each.name: each.suggest(trial) for each in space}
        cls = get_recommender_class(self.algorithm)
        setting = validate_hyperparameters(cls, {**self.start, **proposed})
        found = self._measure(setting)
        trial.set_user_attr("trial", asdict(found))
        study.tell(trial, found.score)
        self.trials.append(found)

    def _measure(self, setting: dict[str, Any]) -> Trial:
        """Fit and score, unless this setting was tried already."""
        for known in self.trials:
            if known.hyperparameters == setting:
                return Trial(hyperparameters=setting, score=known.score, seconds=0.0)
        began = time.perf_counter()
        try:
            values = self._values(setting, self.seconds - self.spent)
        except (ValueError, ArithmeticError, MemoryError) as error:
            # A setting with which the algorithm fails is a result too.
            seconds = time.perf_counter() - began
            return Trial(
                hyperparameters=setting, score=-1.0, seconds=seconds, error=str(error)
            )
        seconds = time.perf_counter() - began
        score = float(values.mean())
        best = max((trial.score for trial in self.trials), default=-1.0)
        if score > best:
            self.values[_key(setting)] = values
        return Trial(hyperparameters=setting, score=score, seconds=seconds)

    def _values(self, setting: Mapping[str, Any], longest: float) -> np.ndarray:
        """Return the scores per query; a fit that can end early ends in ``longest``."""
        if _key(setting) in self.values:
            return self.values[_key(setting)]
        limit = timedelta(seconds=max(longest, 0.0))
        if self.options.time_budget is not None:
            limit = min(limit, self.options.time_budget)
        recommender = create(self.algorithm, **setting)
        return self.validation_set.measure(
            recommender, replace(self.options, time_budget=limit)
        )

    def _best(self) -> Trial:
        return max(self.trials, key=lambda trial: trial.score)

    def _stop_reason(self) -> str:
        """Return what ends the search now, "" for nothing."""
        if not self.trials:
            return ""
        if len(self.trials) >= self.most_trials:
            return "trials"
        if _trials_since_gain(self.trials) >= self.patience:
            return "patience"
        longest = max(trial.seconds for trial in self.trials)
        return "time" if self.spent + longest > self.seconds else ""

    def _report(self) -> None:
        spent = self.spent / max(self.seconds, 1e-9)
        share = max(spent, len(self.trials) / self.most_trials)
        best = self._best().score
        text = f"{len(self.trials)} settings tried, best {HEADLINE} {best:.4f}"
        self.options.report(min(share, 1.0), text)

    def _result(self, stopped: str, seconds: float) -> Tuning:
        first, best = self.trials[0], self._best()
        if first.error:
            raise DataError(f"{self.algorithm} cannot be tried: {first.error}")
        # Only a resumed search fits again here, for as long as it took then.
        for each in (best, first):
            values = self._values(each.hyperparameters, each.seconds)
            self.values[_key(each.hyperparameters)] = values
        best_values = self.values[_key(best.hyperparameters)]
        gains = best_values - self.values[_key(first.hyperparameters)]
        return Tuning(
            algorithm=self.algorithm,
            task=self.validation_set.task,
            start=dict(self.start),
            start_score=first.score,
            hyperparameters=dict(best.hyperparameters),
            score=best.score,
            gain=Difference.of(gains),
            trials=tuple(self.trials),
            seconds=seconds,
            stopped=stopped,
            scored=len(gains),
        )


def _storage(path: Path | None) -> BaseStorage:
    if path is None:
        return InMemoryStorage()
    return JournalStorage(JournalFileBackend(str(path)))


def _ended_trials(study: optuna.Study) -> Iterator[Trial]:
    for each in study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,)):
        yield Trial(**each.user_attrs["trial"])


def _key(setting: Mapping[str, Any]) -> str:
    return repr(sorted(setting.items()))


def _trials_since_gain(trials: list[Trial]) -> int:
    """Return how many of the latest trials brought no gain."""
    best, since = -1.0, 0
    for trial in trials:
        if trial.score > best + LEAST_GAIN * abs(best):
            best, since = trial.score, 0
        else:
            since += 1
    return since
