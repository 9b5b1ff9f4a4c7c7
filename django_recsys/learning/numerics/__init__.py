"""Arithmetic on arrays and sparse matrices, without any recommender."""
