"""Sphinx settings of the documentation site."""

import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"

project = "django_recsys"
author = "django_recsys contributors"
project_copyright = "2026, django_recsys contributors"
release = version = tomllib.loads(PYPROJECT.read_text())["project"]["version"]

extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
nitpicky = True

html_theme = "furo"
html_title = "django_recsys"
html_copy_source = False
