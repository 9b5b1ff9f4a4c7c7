"""Who trains when, and in which process."""
