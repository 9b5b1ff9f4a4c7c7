from django_recsys.learning.bought_together import BoughtTogether
from django_recsys.testing import RecommenderContract


class TestBoughtTogether(RecommenderContract):
    def make_recommender(self):
        return BoughtTogether(significance=0.0)
