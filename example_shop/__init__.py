"""A grocery shop over simulated purchases: the demonstration of django_recsys."""
