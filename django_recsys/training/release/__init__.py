"""From a trained model to lists that serve: gate, promotion, publishing."""
