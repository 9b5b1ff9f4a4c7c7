"""django-oscar: its catalogue, its signals and its history.

Two lines of settings; see `docs/guide/oscar.md`.
"""
