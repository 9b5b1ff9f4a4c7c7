"""Shops that other people built. Nothing else in this package imports from here."""
