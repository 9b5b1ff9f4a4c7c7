from django_recsys.learning.popular import Popular
from django_recsys.testing import RecommenderContract


class TestPopular(RecommenderContract):
    finds_withheld_item = False

    def make_recommender(self):
        return Popular()
