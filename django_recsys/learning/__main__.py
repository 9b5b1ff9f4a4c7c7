"""The engine by itself: ``python -m django_recsys.learning``."""

import sys

from .cli.main import main

sys.exit(main())
