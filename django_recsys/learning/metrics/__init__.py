"""How good a ranking, a set of lists or a predicted rating is."""
