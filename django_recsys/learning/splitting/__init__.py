"""Train, validation and test, in time or by user."""
