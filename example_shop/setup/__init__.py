"""First start: load the data, train, and check what came out."""
