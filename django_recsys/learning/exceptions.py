"""The engine's errors; each message says what to do."""


class RecsysError(Exception):
    """Every error of this package derives from it."""


class MissingExtraError(RecsysError):
    """An algorithm or a file format needs an extra that is not installed."""


class NotFittedError(RecsysError):
    """A recommender was used before ``fit`` or ``load``."""


class ArtifactError(RecsysError):
    """A file is no artifact, is damaged, or comes from a newer version."""


class DataError(RecsysError, ValueError):
    """Given values cannot be used: what, where and why."""


class TooLargeError(RecsysError):
    """A fit would not fit into memory; the message names what would."""
