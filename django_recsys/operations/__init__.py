"""What takes several services together, for the doors to call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_recsys.lazy import exports

if TYPE_CHECKING:
    from .doctor import examine as examine
    from .findings import Finding as Finding
    from .tick import TickReport as TickReport, run_tick as run_tick

__getattr__, __all__ = exports(
    __name__,
    {"doctor": "examine", "findings": "Finding", "tick": "TickReport run_tick"},
)
