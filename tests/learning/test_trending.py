from django_recsys.learning.trending import Trending
from django_recsys.testing import RecommenderContract


class TestTrending(RecommenderContract):
    finds_withheld_item = False

    def make_recommender(self):
        return Trending()
