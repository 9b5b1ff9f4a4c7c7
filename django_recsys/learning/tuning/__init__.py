"""The search for hyper-parameters, on validation rows only."""
