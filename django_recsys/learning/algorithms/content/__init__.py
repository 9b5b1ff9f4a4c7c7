"""Items by their features: words, categories, brand, price."""
