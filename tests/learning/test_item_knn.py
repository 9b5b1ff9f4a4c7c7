from django_recsys.learning.item_knn import ItemKNN
from django_recsys.testing import RecommenderContract


class TestItemKNN(RecommenderContract):
    def make_recommender(self):
        return ItemKNN(shrinkage=1.0)
