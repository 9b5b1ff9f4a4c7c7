"""Several recommenders as one: a weighted sum, reordered by trees."""
