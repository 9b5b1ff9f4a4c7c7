"""The test host, whose trainings may take very little; the variables say how little."""

import os

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS, RECSYS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.training.killer"]
RECSYS = {**RECSYS}
if minutes := os.environ.get("RECSYS_TEST_MINUTES"):
    RECSYS["TRAINING_MINUTES"] = float(minutes)
if memory := os.environ.get("RECSYS_TEST_MEMORY_MB"):
    RECSYS["TRAINING_MEMORY_MB"] = int(memory)
