"""What takes several services together, for the doors to call."""
