"""Interactions of the past from files and callables."""
