from django_recsys.learning.ease import EASE
from django_recsys.testing import RecommenderContract


class TestEASE(RecommenderContract):
    def make_recommender(self):
        return EASE(regularization=1.0)
