"""What a room exports, imported when it is first used.

Stands below every room, the engine included, and imports nothing of this package.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def exports(
    package: str, homes: Mapping[str, str]
) -> tuple[Callable[[str], Any], list[str]]:
    """Return a module's ``__getattr__`` and ``__all__`` (PEP 562).

    homes: modules of the package, as "jobs.queue", and the names that each gives,
    separated by blanks.
    """
    home_of = {
        name: module for module, names in homes.items() for name in names.split()
    }

    def load(name: str) -> Any:
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found = getattr(import_module(f".{home_of[name]}", package), name)
        # The next one finds it without asking here.
        setattr(import_module(package), name, found)
        return found

    return load, sorted(home_of)
