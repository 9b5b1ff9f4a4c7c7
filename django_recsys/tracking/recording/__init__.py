"""One interaction, stored once."""
