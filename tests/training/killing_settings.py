"""The test host, whose training child kills itself at a chosen statement."""

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.training.killer"]
