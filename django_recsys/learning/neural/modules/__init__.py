"""Architectures: tensors in, tensors out, without data sets or training."""
