"""What items say of themselves: words, categories, brand, price."""
