"""Every error that django_recsys raises on purpose descends from RecsysError."""

from concurrent.futures import Future
from typing import Any

from django_recsys.learning import (
    ArtifactError,
    DataError,
    MissingExtraError,
    NotFittedError,
    RecsysError,
    TooLargeError,
)


class ConfigurationError(RecsysError):
    """The RECSYS settings, or a row edited in the admin, cannot be worked with."""


class TrainingInProgressError(RecsysError):
    """Another training holds the lease; the message says which and until when."""


class TrainingFailedError(RecsysError):
    """A training child ended without a result; the message says at which stage."""


class PromotionError(RecsysError):
    """A trained model cannot be made to serve, or there is none to roll back to."""


class NotAnsweringError(RecsysError):
    """A database of ours hangs; `late` may still end well, None where nobody waits."""

    def __init__(self, message: str, late: Future[Any] | None = None) -> None:
        super().__init__(message)
        self.late = late


__all__ = [
    "ArtifactError",
    "ConfigurationError",
    "DataError",
    "MissingExtraError",
    "NotAnsweringError",
    "NotFittedError",
    "PromotionError",
    "RecsysError",
    "TooLargeError",
    "TrainingFailedError",
    "TrainingInProgressError",
]
