"""Arithmetic on arrays and sparse matrices; it knows nothing of recommending."""
