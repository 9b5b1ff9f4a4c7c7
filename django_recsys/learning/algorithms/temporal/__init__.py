"""How much the age of an interaction counts."""
