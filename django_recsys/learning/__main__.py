"""The engine by itself: ``python -m django_recsys.learning``."""

import sys

from .command_line import main

sys.exit(main())
