"""Users and items as vectors: ALS, BPR, SVD."""
