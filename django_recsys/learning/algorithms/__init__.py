"""Every recommender but the deep ones, one package per family."""
