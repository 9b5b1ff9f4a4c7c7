from django_recsys.learning.als import ImplicitALS
from django_recsys.testing import RecommenderContract


class TestImplicitALS(RecommenderContract):
    def make_recommender(self):
        return ImplicitALS(embedding_size=2, regularization=0.1)
