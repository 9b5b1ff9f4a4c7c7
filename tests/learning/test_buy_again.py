from django_recsys.learning.buy_again import BuyAgain
from django_recsys.testing import RecommenderContract


class TestBuyAgain(RecommenderContract):
    finds_withheld_item = False

    def make_recommender(self):
        return BuyAgain()
