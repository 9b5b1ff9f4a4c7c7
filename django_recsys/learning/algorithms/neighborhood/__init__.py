"""Near items and near users: co-occurrence, graphs, transitions."""
