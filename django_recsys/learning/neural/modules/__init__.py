"""Architectures: tensors in, tensors out; nothing of data sets or training."""
