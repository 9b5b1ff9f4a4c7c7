"""Fixtures of the shop; its tests need its settings and are not collected elsewhere."""

from __future__ import annotations

import pytest
from django.conf import settings

if settings.ROOT_URLCONF != "example_shop.urls":
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture
def load():
    """Return a function that fills the shop from a made-up source."""
    from example_shop.setup.loading import load_shop
    from example_shop.setup.merchandise import choose_lines

    def fill(source):
        return load_shop(source, choose_lines(source))

    return fill


@pytest.fixture
def shop(transactional_db, load):
    """Open the made-up shop: filled, not trained."""
    from tests.example_shop.made_up import make_source

    return load(make_source())
