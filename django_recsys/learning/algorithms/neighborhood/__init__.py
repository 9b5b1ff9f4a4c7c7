"""Neighbours of items and users: co-occurrence, graphs, transitions."""
