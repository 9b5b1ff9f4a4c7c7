"""How we use the host's database: deadlines, savepoints, batches."""
