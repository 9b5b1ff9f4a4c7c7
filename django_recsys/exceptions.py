"""Every error that django_recsys raises on purpose descends from RecsysError."""

from django_recsys.learning.exceptions import (
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


__all__ = [
    "ArtifactError",
    "ConfigurationError",
    "DataError",
    "MissingExtraError",
    "NotFittedError",
    "PromotionError",
    "RecsysError",
    "TooLargeError",
    "TrainingFailedError",
    "TrainingInProgressError",
]
