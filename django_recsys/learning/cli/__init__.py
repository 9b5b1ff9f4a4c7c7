"""`python -m django_recsys.learning`."""
