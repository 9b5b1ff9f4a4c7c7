"""What a visitor is about to buy."""
