from django_recsys.learning.svd import SVD
from django_recsys.testing import RecommenderContract


class TestSVD(RecommenderContract):
    def make_recommender(self):
        return SVD(embedding_size=2)
