"""Gigabytes and CPU seconds per term, as benchmarks/engine_scaling.py fitted them."""

import json
from pathlib import Path

Costs = dict[str, dict[str, float]]
"""By "memory" and "seconds": what one unit of a term costs."""

FILE = Path(__file__).with_name("costs.json")
COSTS: dict[str, Costs] = json.loads(FILE.read_text(encoding="utf-8"))
"""By algorithm."""
CHOICE = COSTS.pop("choice")
"""Of the choice of recency and trend, which is a part of most fits."""
