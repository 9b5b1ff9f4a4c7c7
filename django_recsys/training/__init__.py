"""Rows to trained models to stored lists."""
