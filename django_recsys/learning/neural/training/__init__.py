"""The training of deep models."""
