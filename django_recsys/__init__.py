"""A recommender system inside your Django shop."""

__version__ = "0.1.0"
