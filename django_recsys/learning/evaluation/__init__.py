"""The one evaluator of every recommender."""
