from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.test import RequestFactory

from django_recsys.catalog import ModelCatalog, get_catalog
from django_recsys.catalog.fields import guess_reader
from django_recsys.catalog.records import as_address, as_moment, as_price, as_text
from django_recsys.exceptions import ConfigurationError
from tests.hosts.shop.models import Category, Product, Variant

pytestmark = pytest.mark.django_db


@pytest.fixture
def catalog(settings):
    """Return a function from settings to the catalogue that they make."""

    def make(**recsys):
        settings.RECSYS = {"ITEM_MODEL": "shop.Product", **recsys}
        return get_catalog()

    return make


@pytest.fixture
def lamp():
    return Product.objects.create(
        name="Lamp",
        category=Category.objects.create(name="Light"),
        brand="Lux",
        price=Decimal("9.50"),
        description="It shines.",
        image="/lamp.png",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def cheap(queryset, request):
    return queryset.filter(price__lt=5) if request is None else queryset


def active():
    return Product.objects.filter(is_active=True)


def product_of(item):
    return getattr(item, "product", item)


def loud_name(item):
    return item.name.upper()


def no_item(item):
    return None


def test_settings_make_one_catalog_until_they_change(catalog):
    assert catalog() is get_catalog()
    assert isinstance(get_catalog(), ModelCatalog)


def test_id_is_the_primary_key_as_text(catalog, lamp):
    assert catalog().item_id(lamp) == str(lamp.pk)
    assert catalog().item_id(lamp.pk) == str(lamp.pk)
    assert catalog().item_id(str(lamp.pk)) == str(lamp.pk)


def test_several_models_prefix_their_ids(catalog, lamp):
    two = catalog(ITEM_MODEL=["shop.Product", "shop.Variant"])
    variant = Variant.objects.create(product=lamp, name="red")
    assert two.item_id(lamp) == f"shop.product:{lamp.pk}"
    assert two.item_id(variant) == f"shop.variant:{variant.pk}"
    assert two.item_id("shop.product:1") == "shop.product:1"
    both = [two.item_id(lamp), two.item_id(variant)]
    assert two.visible(both) == {both[0]: lamp, both[1]: variant}
    assert list(two.visible_ids()) == both


@pytest.mark.parametrize("key", ["x", "shop.product:1", None, ""])
def test_key_that_cannot_be_one_is_named(catalog, key):
    with pytest.raises(ConfigurationError, match="is no id of"):
        catalog().item_id(key)


def test_object_that_is_no_item_is_named(catalog):
    with pytest.raises(ConfigurationError, match=r"auth\.User is none of"):
        catalog().item_id(User(pk=1))


def test_variant_has_the_id_of_its_product(catalog, lamp):
    variant = Variant.objects.create(product=lamp, name="red")
    with_canonical = catalog(CANONICAL=f"{__name__}.product_of")
    assert with_canonical.item_id(variant) == str(lamp.pk)


def test_canonical_function_that_gives_nothing_is_named(catalog, lamp):
    with pytest.raises(ConfigurationError, match="CANONICAL"):
        catalog(CANONICAL=f"{__name__}.no_item").item_id(lamp)
    assert get_catalog().canonical_ids(Product, [lamp.pk]) == {}


def test_ids_of_items_need_no_query(catalog, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert catalog().canonical_ids(Product, [1, 2]) == {1: "1", 2: "2"}


def test_ids_of_variants_are_read_in_one_query(
    catalog, lamp, django_assert_num_queries
):
    with_canonical = catalog(CANONICAL=f"{__name__}.product_of")
    variants = [
        Variant.objects.create(product=lamp, name=str(number)) for number in range(9)
    ]
    keys = [variant.pk for variant in variants]
    with django_assert_num_queries(1):
        found = with_canonical.canonical_ids(Variant, [*keys, 999])
    assert found == dict.fromkeys(keys, str(lamp.pk))


def test_sold_out_and_hidden_items_are_not_visible(catalog, lamp):
    shop = catalog(AVAILABLE={"is_active": True, "stock__gt": 0})
    hidden = Product.objects.create(name="Hidden", is_active=False)
    sold_out = Product.objects.create(name="Sold out", stock=0)
    ids = [str(product.pk) for product in (lamp, hidden, sold_out)]
    assert shop.visible([*ids, "999", "x"]) == {ids[0]: lamp}
    assert list(shop.visible_ids()) == ids[:1]
    assert len(list(shop.records())) == 3


def test_availability_may_depend_on_the_request(catalog, lamp):
    shop = catalog(AVAILABLE=f"{__name__}.cheap")
    request = RequestFactory().get("/")
    assert shop.visible([str(lamp.pk)]) == {}
    assert shop.visible([str(lamp.pk)], request=request) == {str(lamp.pk): lamp}
    assert list(shop.visible_ids()) == []


def test_bad_availability_is_named(catalog, lamp):
    with pytest.raises(ConfigurationError, match="AVAILABLE"):
        catalog(AVAILABLE={"nothing": 1}).visible([str(lamp.pk)])


def test_own_queryset_bounds_the_catalogue(catalog, lamp):
    Product.objects.create(name="Hidden", is_active=False)
    shop = catalog(ITEM_QUERYSET=f"{__name__}.active")
    assert [record.title for record in shop.records()] == ["Lamp"]
    assert list(shop.visible_ids()) == [str(lamp.pk)]


def test_common_field_names_are_guessed(catalog, lamp):
    (record,) = catalog().records()
    assert record.item_id == str(lamp.pk)
    assert (record.title, record.category, record.brand) == ("Lamp", "Light", "Lux")
    assert (record.price, record.image) == (Decimal("9.50"), "/lamp.png")
    assert record.description == "It shines."
    assert record.url == f"/products/{lamp.pk}/"
    assert record.created_at == lamp.created_at


FIELDS = [
    {},
    {"title": "name", "url": "brand"},
    {"title": f"{__name__}.loud_name"},
    {"category": "category.name"},
    {"brand": "variants__name", "url": "brand"},
]


@pytest.mark.parametrize("fields", FIELDS)
def test_a_record_is_the_same_from_the_table_and_from_an_instance(
    catalog, lamp, fields
):
    Product.objects.create(name="Bare")
    for name in ("red", "blue"):
        Variant.objects.create(product=lamp, name=name)
    shop = catalog(ITEM_FIELDS=fields)
    for record in shop.records():
        instance = Product.objects.get(pk=record.item_id)
        assert shop.describe(instance) == record


def test_to_many_field_holds_all_names(catalog, lamp):
    for name in ("red", "blue"):
        Variant.objects.create(product=lamp, name=name)
    (record,) = catalog(ITEM_FIELDS={"brand": "variants__name"}).records()
    assert sorted(record.brand.split("|")) == ["blue", "red"]


@pytest.mark.parametrize("fields", FIELDS)
def test_queries_do_not_grow_with_the_catalogue(
    catalog, fields, django_assert_max_num_queries
):
    category = Category.objects.create(name="Light")
    products = Product.objects.bulk_create(
        Product(name=f"Lamp {number}", category=category) for number in range(50)
    )
    Variant.objects.bulk_create(
        Variant(product=product, name="red") for product in products
    )
    shop = catalog(ITEM_FIELDS=fields)
    with django_assert_max_num_queries(3):
        assert len(list(shop.records())) == 50
    ids = [str(product.pk) for product in products]
    with django_assert_max_num_queries(2):
        for item in shop.visible(ids, described=True).values():
            shop.describe(item)


@pytest.mark.parametrize(
    ("recsys", "sentence"),
    [
        ({"ITEM_MODEL": None}, "is not set"),
        ({"ITEM_MODEL": "shop.Nothing"}, "no installed model"),
        ({"ITEM_FIELDS": {"title": "nam"}}, "ITEM_FIELDS"),
    ],
)
def test_wrong_setting_is_named(catalog, recsys, sentence):
    with pytest.raises(ConfigurationError, match=sentence):
        list(catalog(**recsys).records())


def test_text_of_odd_values():
    assert as_text(None) == ""
    assert as_text(["a", None, 7]) == "|7|a"


def test_prices_of_odd_values():
    assert as_price("3.50") == Decimal("3.50")
    assert as_price("on request") is None
    assert as_price(None) is None


def test_moments_of_odd_values():
    assert as_moment(date(2026, 1, 1)) == datetime(2026, 1, 1, tzinfo=UTC)
    assert as_moment(datetime(2026, 1, 1)) == datetime(2026, 1, 1, tzinfo=UTC)
    assert as_moment("yesterday") is None


def test_prices_that_are_no_number_of_money():
    assert as_price(float("nan")) is None
    assert as_price("Infinity") is None


class Picture(models.Model):
    """A picture in a row of its own, as Wagtail and Oscar keep them."""

    label = models.CharField(max_length=20)
    file = models.FileField()

    class Meta:
        app_label = "pictures"
        managed = False

    def __str__(self):
        return self.label


@pytest.mark.parametrize(
    ("value", "address"),
    [
        (Picture(label="Owl", file="owl.png"), "/media/owl.png"),
        (
            [Picture(label="Owl"), Picture(label="Elk", file="elk.png")],
            "/media/elk.png",
        ),
        (Picture(label="Owl"), ""),
        (Picture(label="Owl", file="elk.png").file, "/media/elk.png"),
        (SimpleNamespace(url="/thumb.png"), "/thumb.png"),
        (object(), ""),
        ("//cdn.example.org/a.png", "//cdn.example.org/a.png"),
        ([], ""),
        (None, ""),
    ],
)
def test_address_of_a_picture(value, address, settings):
    settings.MEDIA_URL = "/media/"
    assert as_address(value) == address


@pytest.mark.parametrize(
    ("member", "name", "value"),
    [
        ("base_price", "price", Decimal("2.50")),
        ("thumbnail", "image", "/thumb.png"),
        ("get_url", "url", "/lamp/"),
    ],
)
def test_further_names_are_guessed(catalog, member, name, value):
    """`Shaped` stands for a model of a shop: what is guessed is asked of the class."""
    source = type("Shaped", (SimpleNamespace,), {member: None})
    source._meta = SimpleNamespace(get_field=no_field, label="shop.Shaped")
    reader = guess_reader(source, name)
    assert reader.path == member
    assert reader.read(SimpleNamespace(**{member: value})) == value


def no_field(name):
    raise FieldDoesNotExist(name)
