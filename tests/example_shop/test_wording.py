import re
from pathlib import Path

import pytest

import example_shop
from example_shop.setup.naming import brand_name, product_name, size_label, spelled_out
from example_shop.setup.shelving import DEPARTMENTS, _table, shelf_of

STATIC = Path(example_shop.__file__).parent / "static" / "shop"


@pytest.mark.parametrize(
    ("shorthand", "words"),
    [
        ("FRZN BRD FILLETS", "Frozen breaded fillets"),
        ("FLUID MILK WHITE ONLY", "Milk"),
        ("APPLES GALA (BULK&BAG)", "Apples Gala"),
        ("MIXERS(TONIC WTR/CLUB SODA/GNG", "Mixers"),
        ("CANDY BAGS-NON CHOCOLATE", "Candy bags, non chocolate"),
        ("PIZZA/PREMIUM", "Premium pizza"),
    ],
)
def test_shorthand_is_spelled_out(shorthand, words):
    assert spelled_out(shorthand) == words


def test_a_vague_type_is_completed_by_its_category():
    assert product_name("PREMIUM", "Ice cream") == "Ice cream, premium"
    assert product_name("", "Ice cream") == "Ice cream"


def test_a_manufacturer_has_one_brand_of_its_own():
    brands = [brand_name(number, is_private=False) for number in range(6500)]
    assert len(set(brands)) == len(brands)
    assert brand_name(69, is_private=True) == "Fernhill"


@pytest.mark.parametrize(
    ("size", "is_produce", "printed"),
    [
        ("16 OZ", False, "16 oz"),
        ("1/2 GAL", False, "1/2 gal"),
        ("40 LB", True, ""),
        ("974246 PK", False, ""),
        ("6 PK/4 OZ", False, "6 × 4 oz"),
        ("L   8 OZ", False, "8 oz"),
        ("(600) 4 LB", False, "4 lb"),
        (".7 OZ", False, ".7 oz"),
        ("5.3 OZ/PCH", False, "5.3 oz"),
        ("", False, ""),
    ],
)
def test_only_a_real_package_size_is_printed(size, is_produce, printed):
    assert size_label(size, is_produce=is_produce) == printed


def test_what_is_no_merchandise_has_no_shelf():
    assert not shelf_of("FUEL", "COUPON/MISC ITEMS").is_for_sale
    assert not shelf_of("GROCERY", "BOTTLE DEPOSITS").is_for_sale
    assert shelf_of("GROCERY", "SOUP").is_for_sale
    assert shelf_of("A NEW DEPARTMENT", "").department == "more"


def test_every_shelf_has_a_department_a_drawing_and_a_colour():
    drawn = set(re.findall(r'<symbol id="(\w+)"', (STATIC / "icons.svg").read_text()))
    coloured = set(re.findall(r"\.tone--(\w+) ", (STATIC / "shop.css").read_text()))
    shelves = [shelf for shelf in _table().values() if shelf.is_for_sale]
    assert {shelf.icon for shelf in shelves} <= drawn
    assert {shelf.department for shelf in shelves} <= set(DEPARTMENTS)
    assert set(DEPARTMENTS) == coloured
