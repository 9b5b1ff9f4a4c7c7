from functools import cache
from importlib import import_module

from django.conf import settings

from tests.hosts.toys.toy import Toy


@cache
def toy() -> Toy:
    """Return the host that this process is."""
    name: str = settings.NAME
    shop: Toy = import_module(f"tests.hosts.toys.{name}.shop").Shop(name)
    return shop
