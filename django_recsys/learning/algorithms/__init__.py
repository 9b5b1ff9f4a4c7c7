"""Every recommender but the deep ones, a package for each family."""
