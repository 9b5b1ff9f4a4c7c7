"""Gigabytes and CPU seconds per term; written by benchmarks/engine_scaling.py."""

COSTS: dict[str, dict[str, dict[str, float]]] = {}
