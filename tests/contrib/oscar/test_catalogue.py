"""Oscar's catalogue as items."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from oscar.test.factories import create_product

from django_recsys.catalog import get_catalog
from django_recsys.contrib.oscar.catalogue import OscarCatalog

pytestmark = pytest.mark.django_db


def ids(products):
    return {str(product.pk) for product in products}


def test_children_stand_for_their_parents(shop):
    catalog, cup = get_catalog(), shop.tea[2]
    assert isinstance(catalog, OscarCatalog)
    child = cup.children.first()
    assert catalog.item_id(child) == catalog.item_id(cup) == str(cup.pk)
    keys = [child.pk, cup.pk, shop.tea[0].pk, 999]
    assert catalog.canonical_ids(type(cup), keys) == {
        child.pk: str(cup.pk),
        cup.pk: str(cup.pk),
        shop.tea[0].pk: str(shop.tea[0].pk),
    }


def test_only_what_may_be_bought_is_shown(shop):
    catalog = get_catalog()
    hidden, sold_out, cup = shop.tea[0], shop.tea[1], shop.tea[2]
    type(hidden).objects.filter(pk=hidden.pk).update(is_public=False)
    sold_out.stockrecords.update(num_in_stock=0)
    for child in cup.children.all():
        child.stockrecords.update(num_in_stock=0)
    shown = ids(shop.tea[3:] + shop.garden)
    asked = ids(shop.tea + shop.garden) | {str(cup.children.first().pk)}
    assert set(catalog.visible(sorted(asked))) == shown
    assert set(catalog.visible_ids()) == shown
    assert set(catalog.newest_ids(20)) == shown


def test_shop_may_show_what_is_sold_out(shop, settings):
    settings.RECSYS_OSCAR = {"SHOW_UNAVAILABLE": True}
    shop.tea[1].stockrecords.update(num_in_stock=0)
    assert str(shop.tea[1].pk) in get_catalog().visible([str(shop.tea[1].pk)])


def test_record_tells_what_oscar_knows(shop):
    records = {record.item_id: record for record in get_catalog().records()}
    assert set(records) == ids(shop.tea + shop.garden)
    kettle, cup = records[str(shop.tea[0].pk)], records[str(shop.tea[2].pk)]
    assert (kettle.title, kettle.category, kettle.brand) == ("Kettle", "Tea", "Maker 0")
    assert kettle.price == Decimal(5)
    assert "colour: blue" in kettle.description
    assert kettle.image == ""
    assert kettle.url == shop.tea[0].get_absolute_url()
    assert kettle.created_at == shop.tea[0].date_created
    assert cup.price in (Decimal(1), Decimal(2))


def test_whole_catalogue_takes_a_bounded_number_of_queries(shop):
    with CaptureQueriesContext(
        connection,
    ) as few:
        list(get_catalog().records())
    for number in range(30):
        shop.product(f"Thing {number}", number % 2)
        parent = create_product(title=f"Parent {number}", structure="parent")
        create_product(title="", parent=parent, price=1, num_in_stock=1)
    with CaptureQueriesContext(connection) as many:
        records = list(get_catalog().records())
    assert len(records) == 72
    assert len(many) == len(few) <= 18


def test_block_takes_as_many_queries_for_two_products_as_for_twelve(shop):
    catalog = get_catalog()
    both = [str(shop.tea[0].pk), str(shop.tea[2].pk)]
    with CaptureQueriesContext(connection) as few:
        catalog.visible(both)
    with CaptureQueriesContext(connection) as many:
        found = catalog.visible(sorted(ids(shop.tea + shop.garden)))
        for product in found.values():
            catalog.describe(product)
    assert len(found) == 12
    assert len(many) == len(few)
