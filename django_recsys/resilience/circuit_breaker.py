"""A service that failed is left alone for a while, so that not every page waits."""

import time


class CircuitBreaker:
    """Whether a service is asked, or left alone since it failed."""

    def __init__(self, pause_seconds: float) -> None:
        self.pause_seconds = pause_seconds
        self._open_until = float("-inf")

    @property
    def is_open(self) -> bool:
        """Say whether the service is left alone now."""
        return time.monotonic() < self._open_until

    def open(self) -> None:
        """Leave the service alone from now on, for the length of the pause."""
        self._open_until = time.monotonic() + self.pause_seconds

    def close(self) -> None:
        """Ask the service again."""
        self._open_until = float("-inf")
