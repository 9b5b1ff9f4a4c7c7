"""Tests of the example shop, under its own settings.

Run them with ``pytest --ds tests.example_shop.settings tests/example_shop``.
"""
