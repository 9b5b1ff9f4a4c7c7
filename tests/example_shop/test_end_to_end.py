"""A household shops in a real browser; the shop rearranges itself without training."""

from importlib.util import find_spec

import pytest
from django.core.management import call_command

from django_recsys.models import Interaction, ItemNeighbors, TrainingRun
from example_shop.accounts.models import Household
from example_shop.catalogue.models import Product
from example_shop.orders.models import OrderLine
from tests.conftest import missing
from tests.example_shop.made_up import FIRST_PRODUCT, PRODUCTS_PER_TASTE

pytestmark = pytest.mark.e2e
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Headless Chromium names itself so, and what programs look at is not recorded.
PERSON = "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36"


@pytest.fixture
def page(chromium):
    """Open a page of headless Chromium."""
    if find_spec("playwright") is None:
        missing("playwright is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium, args=FLAGS)
        size = {"width": 1280, "height": 900}
        tab = browser.new_context(viewport=size, user_agent=PERSON).new_page()
        tab.set_default_timeout(15_000)
        yield tab
        browser.close()


@pytest.fixture
def trained_shop(shop):
    call_command("recsys_backfill", verbosity=0)
    call_command("recsys_train", verbosity=0)
    return shop


def shown(page, row):
    """Return the product ids that a row of the page shows, in order."""
    cards = page.locator(f"#{row} .card").all()
    return [int(card.get_attribute("data-product")) for card in cards]


def neighbors_of(product):
    """Return the ids of the product's neighbours in the published models."""
    rows = ItemNeighbors.objects.filter(item_id=str(product.pk))
    return {int(item_id) for row in rows for item_id in row.ranked_items.item_ids}


def test_a_household_shops_and_its_lists_follow(live_server, trained_shop, page):
    household = Household.objects.select_related("user").get(number=1)
    bought = set(
        OrderLine.objects.filter(order__user=household.user).values_list(
            "product_id", flat=True
        )
    )
    trainings = TrainingRun.objects.count()

    page.goto(f"{live_server.url}/account/login/?q=1")
    page.get_by_role("button", name="Household 1", exact=False).first.click()
    page.wait_for_selector("text=Good to see you, Household 1")
    before = shown(page, "recommended")
    again = shown(page, "buy-again")
    assert len(before) == 12
    assert not bought & set(before)
    assert again
    assert set(again) <= bought
    assert page.locator("#recommended .reason").first.inner_text().startswith("Because")

    # Something from a taste that is not this household's.
    stranger = next(
        product
        for product in Product.objects.in_stock().filter(
            pk__gte=FIRST_PRODUCT + 2 * PRODUCTS_PER_TASTE
        )
        if product.pk not in bought and neighbors_of(product) - bought - set(before)
    )
    page.goto(f"{live_server.url}{stranger.get_absolute_url()}")
    assert page.locator("h1").inner_text() == stranger.name
    assert shown(page, "similar")
    page.get_by_role("button", name="Add to basket").click()
    page.wait_for_selector("text=is in your basket")

    page.goto(live_server.url)
    entered = set(shown(page, "recommended")) - set(before)
    assert entered & neighbors_of(stranger), "a neighbour of the viewed product entered"
    assert TrainingRun.objects.count() == trainings, "without a retraining"

    page.get_by_role("link", name="Basket, 1 items").click()
    page.get_by_role("link", name="To checkout").click()
    page.get_by_role("button", name="Place the order").click()
    page.wait_for_selector("text=Thank you! Your order is on its way.")
    line = OrderLine.objects.order_by("pk").last()
    assert line.product == stranger
    assert line.order.user == household.user
    kinds = Interaction.objects.filter(
        visitor_key=f"user:{household.user.pk}", item_id=str(stranger.pk)
    ).values_list("kind", flat=True)
    assert set(kinds) == {"view", "cart_add", "purchase"}
