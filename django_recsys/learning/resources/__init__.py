"""What a fit costs, and what the machine has."""
