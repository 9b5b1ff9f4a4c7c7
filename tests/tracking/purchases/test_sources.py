import pytest

from django_recsys.exceptions import ConfigurationError
from django_recsys.models import Interaction
from django_recsys.tracking import backfill
from django_recsys.tracking.purchases.reader import record_by_reference
from django_recsys.tracking.purchases.sources import make_source
from django_recsys.tracking.rows import make_row
from tests.hosts.shop.models import Category, OrderLine, Product
from tests.tracking.conftest import NOW

LINES = {"model": "shop.OrderLine", "item": "product", "at": "order__created_at"}


@pytest.mark.parametrize(
    ("item", "lookup"),
    [
        ("product", "product__pk"),
        ("product_id", "product__pk"),
        ("product__pk", "product__pk"),
        ("product__id", "product__id"),
        ("variant__product", "variant__product__pk"),
        ("variant__product_id", "variant__product__pk"),
    ],
)
def test_path_to_an_item_gives_its_primary_key(item, lookup):
    source = make_source({**LINES, "item": item})
    assert source.lookups["item"] == lookup
    assert source.item_model is Product


def test_plain_column_is_a_key_of_the_only_item_model(settings):
    source = make_source({**LINES, "item": "quantity"})
    assert (source.lookups["item"], source.item_model) == ("quantity", Product)


@pytest.mark.parametrize("models", [["shop.Product", "shop.Variant"], "shop.Nothing"])
def test_plain_column_is_no_key_of_several_models(settings, models):
    settings.RECSYS = {"ITEM_MODEL": models}
    with pytest.raises(ConfigurationError):
        make_source({**LINES, "item": "quantity"})


@pytest.mark.parametrize("path", ["nothing", "order__nothing", 7, ["product"]])
def test_path_that_leads_nowhere_is_named(path):
    with pytest.raises(ConfigurationError, match="PURCHASES"):
        make_source({**LINES, "user": path})


@pytest.mark.parametrize("where", [{"nothing": 1}, {"quantity": "many"}])
def test_condition_that_cannot_be_is_named(where):
    with pytest.raises(ConfigurationError, match="where"):
        make_source({**LINES, "where": where})


@pytest.mark.django_db
class TestOddLines:
    @pytest.fixture
    def counted(self, settings):
        """Return a function from PURCHASES to the counts of a dry run."""

        def count(**lookups):
            settings.RECSYS = {
                "ITEM_MODEL": "shop.Product",
                "CANONICAL": f"{__name__}.product_of",
                "PURCHASES": {**LINES, "user": "order__user", **lookups},
            }
            return backfill(now=NOW, dry_run=True)

        return count

    def test_line_without_item(self, counted, ada, product, order_line):
        order_line(product, ada)
        assert counted(item="variant").without_item == 1

    def test_line_without_moment(self, counted, ada, product, order_line):
        order_line(product, ada)
        assert counted(at="variant__product__created_at").bad_date == 1

    def test_line_whose_moment_is_no_moment(self, counted, ada, product, order_line):
        order_line(product, ada)
        assert counted(at="product__name").bad_date == 1

    def test_line_with_a_value_that_cannot_be_stored(
        self, counted, ada, product, order_line
    ):
        order_line(product, ada)
        Product.objects.update(description="x" * 200)
        assert counted(reference="product__description").unusable == 1
        assert counted(quantity="product__description").unusable == 1
        assert counted(price="product__description").unusable == 1
        assert counted(line="product__description").unusable == 1

    def test_line_of_a_deleted_category_is_still_a_purchase(
        self, counted, ada, product, order_line
    ):
        Product.objects.update(category=Category.objects.create(name="Light"))
        order_line(product, ada)
        Category.objects.all().delete()
        assert counted().recorded == 1

    def test_reference_that_a_shop_cannot_have_finds_nothing(self, counted, ada):
        counted(reference="order__pk")
        told = make_row(
            visitor_key="user:1",
            item_id="1",
            kind="purchase",
            occurred_at=NOW,
            recorded_at=NOW,
            reference="A1",
        )
        assert not record_by_reference(told)
        assert not OrderLine.objects.exists()
        assert not Interaction.objects.exists()


def product_of(item):
    return getattr(item, "product", item)


class AnyRelation:
    """Stands for contenttypes' GenericForeignKey, for which a table would be needed."""

    is_relation, related_model = True, None
    ct_field, fk_field = "content_type", "object_id"


def test_generic_relation_is_refused_with_the_way_out(monkeypatch):
    """It was answered by: Cannot resolve keyword, choices are this very one."""
    whole = OrderLine._meta.get_field
    monkeypatch.setattr(
        OrderLine._meta,
        "get_field",
        lambda name: AnyRelation() if name == "thing" else whole(name),
    )
    with pytest.raises(ConfigurationError, match="'object_id'.*content_type__model"):
        make_source({**LINES, "item": "thing"})
