"""Oscar's catalogue: parents stand for their children, the strategy says the rest."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from oscar.core.loading import get_class, get_model

from django_recsys.catalog import (
    CHUNK,
    FIELD_NAMES,
    KEYS_PER_QUERY,
    ItemRecord,
    ModelCatalog,
    available,
    base_queryset,
    batches,
    make_record,
)

from .conf import get_oscar_settings

PURCHASE_INFO = "recsys_purchase_info"
"""Where an instance keeps what the strategy said of it for this request."""


class OscarCatalog(ModelCatalog):
    """Products that Oscar lists: parents and standalone ones, never children."""

    def item_id(self, item: Any) -> str:
        """See `Catalog.item_id`; takes lines of baskets and orders, too.

        A child is its parent, which no query has to tell.
        """
        product = product_of(item)
        if getattr(product, "parent_id", None):
            return str(product.parent_id)
        return super().item_id(product)

    def canonical_ids(self, model: Any, primary_keys: Iterable[Any]) -> dict[Any, str]:
        products = get_model("catalogue", "Product")
        if not issubclass(model, products):
            return super().canonical_ids(model, primary_keys)
        found = {}
        for keys in batches(primary_keys, KEYS_PER_QUERY):
            rows = products._base_manager.filter(pk__in=keys)
            for key, parent in rows.values_list("pk", "parent_id"):
                found[key] = str(parent or key)
        return found

    def visible(
        self,
        item_ids: Sequence[str],
        *,
        request: HttpRequest | None = None,
        described: bool = False,
    ) -> dict[str, Any]:
        """See `Catalog.visible`; the strategy of the request has the last word."""
        [source] = self.sources
        keys = [source.primary_key(item_id) for item_id in item_ids]
        keys = [key for key in keys if key is not None]
        if not keys:
            return {}
        products = self._listed(request).filter(pk__in=keys)
        found = sold(products, strategy_for(request))
        return {source.item_id(product.pk): product for product in found}

    def visible_ids(self) -> Iterator[str]:
        """See `Catalog.visible_ids`; by the strategy without a request."""
        [source] = self.sources
        products = self._listed(None).order_by().iterator(chunk_size=CHUNK)
        for product in sold(products, strategy_for(None)):
            yield source.item_id(product.pk)

    def newest_ids(self, n: int) -> list[str]:
        [source] = self.sources
        products = self._listed(None).order_by("-date_created", "-pk")[: 2 * n]
        ids = [source.item_id(p.pk) for p in sold(products, strategy_for(None))]
        return ids[:n]

    def records(self, fields: Collection[str] = FIELD_NAMES) -> Iterator[ItemRecord]:
        """See `Catalog.records`; about a dozen queries for each two thousand."""
        [source] = self.sources
        products = with_prefetches(base_queryset(source).browsable().order_by())
        if "description" in fields or "brand" in fields:
            products = products.prefetch_related(
                "attribute_values__attribute",
                "attribute_values__value_option",
                "attribute_values__value_multi_option",
            )
        strategy = strategy_for(None)
        for product in products.iterator(chunk_size=CHUNK):
            yield make_record(
                source.item_id(product.pk), describe(product, strategy, fields)
            )

    def describe(self, item: Any) -> ItemRecord:
        """See `Catalog.describe`; attributes are left to `records`."""
        known = [name for name in FIELD_NAMES if name != "brand"]
        return make_record(self.item_id(item), describe(item, None, known))

    def title_of(self, item: Any) -> str:
        return str(product_of(item).get_title())

    def _listed(self, request: HttpRequest | None) -> QuerySet[Any]:
        [source] = self.sources
        products = available(base_queryset(source).browsable(), request)
        return with_prefetches(products.base_queryset())


def product_of(item: Any) -> Any:
    """Return the product of a line, anything else as it is."""
    return getattr(item, "product", item) or item


def with_prefetches(products: QuerySet[Any]) -> QuerySet[Any]:
    """Read along what the strategy, the cards and the records look at."""
    children = get_model("catalogue", "Product").objects.public()
    return (
        products.select_related("product_class")
        .prefetch_browsable_categories()
        .prefetch_public_children(children.prefetch_related("stockrecords"))
        .prefetch_related("stockrecords", "images")
    )


def strategy_for(request: HttpRequest | None) -> Any:
    """Return the strategy that Oscar's middleware chose, else the selector's."""
    strategy = getattr(request, "strategy", None)
    if strategy is not None:
        return strategy
    selector = get_class("partner.strategy", "Selector")()
    if request is None or not hasattr(request, "user"):
        return selector.strategy()
    return selector.strategy(request=request, user=request.user)


def sold(products: Iterable[Any], strategy: Any) -> Iterator[Any]:
    """Yield the products that may be bought, each with what the strategy said."""
    shows_all = get_oscar_settings().SHOW_UNAVAILABLE
    for product in products:
        info = purchase_info(product, strategy)
        if shows_all or info.availability.is_available_to_buy:
            setattr(product, PURCHASE_INFO, info)
            yield product


def purchase_info(product: Any, strategy: Any) -> Any:
    """Return price and availability; those of a parent come from its children."""
    if product.is_parent:
        return strategy.fetch_for_parent(product)
    return strategy.fetch_for_product(product)


def describe(
    product: Any, strategy: Any, fields: Collection[str] = FIELD_NAMES
) -> dict[str, Any]:
    """Return the raw values of these fields."""
    return {name: READERS[name](product, strategy) for name in fields}


def price_of(product: Any, strategy: Any) -> Any:
    """Return the price with tax where that is known, None where none is asked."""
    info = getattr(product, PURCHASE_INFO, None)
    if info is None:
        info = purchase_info(product, strategy or strategy_for(None))
    price = info.price
    if not price.exists:
        return None
    return price.incl_tax if price.is_tax_known else price.excl_tax


def image_of(product: Any, strategy: Any) -> str:
    """Return the address of the first picture; a missing one is a dict in Oscar."""
    image = product.primary_image()
    return "" if isinstance(image, dict) else image.original.url


def brand_of(product: Any, strategy: Any) -> str:
    """Return the first attribute that names a maker."""
    texts = {v.attribute.code: v.value_as_text for v in product.attribute_values.all()}
    codes = get_oscar_settings().BRAND_ATTRIBUTES
    return next((str(texts[code]) for code in codes if texts.get(code)), "")


def description_of(product: Any, strategy: Any) -> str:
    """Return the description, and where they are at hand the attributes."""
    prefetched = getattr(product, "_prefetched_objects_cache", {})
    values = prefetched.get("attribute_values", ())
    return "\n".join([product.description, *(value.summary() for value in values)])


READERS: dict[str, Any] = {
    "title": lambda product, strategy: product.get_title(),
    "category": lambda product, strategy: [c.name for c in product.get_categories()],
    "brand": brand_of,
    "price": price_of,
    "description": description_of,
    "image": image_of,
    "url": lambda product, strategy: product.get_absolute_url(),
    "created_at": lambda product, strategy: product.date_created,
}
