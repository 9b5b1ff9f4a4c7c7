import pytest

from django_recsys.resilience.log_once import forget_reports
from django_recsys.serving import cache
from tests.factories import (
    make_products,
    make_serving_model,
    store_for_everyone,
    store_list,
    store_neighbors,
)


@pytest.fixture(autouse=True)
def _fresh_process():
    """Forget what an earlier test left in the memory of the process."""
    cache.reset()
    forget_reports()
    yield
    cache.reset()


@pytest.fixture
def products():
    return make_products(50)


class TrainedShop:
    """A shop of which "user:1" has a list: products 10 to 39, best first."""

    def __init__(self, products):
        self.products = products
        self.ease = make_serving_model("ease")
        self.item_knn = make_serving_model("item_knn")
        self.popular = make_serving_model("popular")
        self.listed = products[10:40]
        self.stored = store_list(self.ease, "user:1", self.listed)
        store_for_everyone(self.popular, products)
        for position, product in enumerate(products[:10]):
            near = products[40 + position : 42 + position] or products[:1]
            store_neighbors(self.item_knn, product, near)


@pytest.fixture
def shop(products):
    return TrainedShop(products)
