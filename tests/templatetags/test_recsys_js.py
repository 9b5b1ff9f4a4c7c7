"""recsys.js in a browser: it fetches lazy blocks and sends events."""

import pytest
from django.db import connections

from django_recsys.models import Interaction
from tests.admin.test_live_status import FLAGS
from tests.factories import make_products, make_serving_model, store_for_everyone

playwright = pytest.importorskip("playwright.sync_api")

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.templatetags.urls"),
]

SEND = "event => window.recsys.record(event).catch(error => error.message)"


@pytest.fixture
def products():
    products = make_products(6)
    store_for_everyone(make_serving_model("popular"), products)
    return products


@pytest.fixture
def browser(chromium):
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        connections.close_all()  # those of the driver's event loop
        browser.close()


@pytest.fixture
def open_page(browser, live_server):
    def open_page(path, **options):
        context = browser.new_context(
            base_url=live_server.url, user_agent="Mozilla/5.0", **options
        )
        consent = {"name": "recsys_consent", "value": "yes", "url": live_server.url}
        context.add_cookies([consent])
        page = context.new_page()
        page.goto(path)
        return page

    return open_page


def test_lazy_block_takes_its_place(open_page, products):
    page = open_page("/lazy/")
    playwright.expect(page.locator("li.recsys-item")).to_have_count(3)
    assert page.locator("[data-recsys-lazy]").count() == 0
    assert page.locator("h2").inner_text() == "Tea & you"


def test_without_scripts_the_block_is_a_link(open_page, products):
    page = open_page("/lazy/", java_script_enabled=False)
    page.get_by_role("link", name="Tea & you").click()
    playwright.expect(page.locator("li.recsys-item")).to_have_count(3)


def test_block_with_nothing_to_show_leaves_no_hole(open_page):
    page = open_page("/lazy/")
    playwright.expect(page.locator(".recsys-lazy")).to_have_count(0)


def test_event_is_sent_from_a_page_without_a_form(open_page, products):
    page = open_page("/lazy/")
    event = {"kind": "view", "item_id": str(products[0].pk)}
    assert page.evaluate(SEND, event)["accepted"] == 1
    assert Interaction.objects.get().item_id == str(products[0].pk)
    assert "refused (400)" in page.evaluate(SEND, "no event")
