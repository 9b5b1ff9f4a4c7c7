"""The loop that trains every deep model."""
