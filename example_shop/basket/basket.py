"""The basket: product ids and quantities in the visitor's session."""

from dataclasses import dataclass

from example_shop.catalogue.models import Product

SESSION_KEY = "basket"
MOST_OF_ONE = 20


@dataclass(frozen=True)
class BasketLine:
    product: Product
    quantity: int

    @property
    def amount(self):
        return self.product.price * self.quantity

    @property
    def one_less(self):
        return self.quantity - 1

    @property
    def one_more(self):
        return min(self.quantity + 1, MOST_OF_ONE)


class Basket:
    """What one visitor is about to buy; guests have one too."""

    def __init__(self, request):
        self.session = request.session
        self.quantities = dict(self.session.get(SESSION_KEY, {}))

    def __len__(self):
        return sum(self.quantities.values())

    def add(self, product, quantity=1):
        self.set(product, self.quantities.get(str(product.pk), 0) + quantity)

    def set(self, product, quantity):
        """Put exactly this many in, at most what is in stock; 0 takes it out."""
        quantity = min(quantity, product.stock, MOST_OF_ONE)
        if quantity > 0 and product.is_active:
            self.quantities[str(product.pk)] = quantity
        else:
            self.quantities.pop(str(product.pk), None)
        self._save()

    def clear(self):
        self.quantities = {}
        self._save()

    def lines(self):
        """Return the lines in the order they were added, without vanished products."""
        products = Product.objects.with_category().in_bulk(
            [int(key) for key in self.quantities]
        )
        return [
            BasketLine(products[int(key)], quantity)
            for key, quantity in self.quantities.items()
            if int(key) in products
        ]

    def _save(self):
        self.session[SESSION_KEY] = self.quantities
