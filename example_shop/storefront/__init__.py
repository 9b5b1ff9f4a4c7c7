"""The home page, consent and what every page shows."""
