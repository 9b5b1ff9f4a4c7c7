"""What a recommender learns from: interactions, histories, item features, friends."""
