"""Metrics of rankings, of sets of lists and of predicted ratings."""
