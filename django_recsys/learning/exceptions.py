"""The engine's errors: few, and each with a sentence that says what to do."""


class RecsysError(Exception):
    """Every error of this package derives from it."""


class MissingExtraError(RecsysError):
    """An algorithm or a file format needs an extra that is not installed."""


class NotFittedError(RecsysError):
    """A recommender was asked before ``fit`` or ``load``."""


class ArtifactError(RecsysError):
    """A file is no artifact of ours, is damaged, or comes from a newer version."""


class DataError(RecsysError, ValueError):
    """Values that were given cannot be used: what, where and why."""


class TooLargeError(RecsysError):
    """A fit would not go into the memory there is; the message says what would."""
