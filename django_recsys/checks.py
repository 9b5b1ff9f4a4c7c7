"""System checks: every wrong setting has an id and a hint."""
