"""An Oscar shop with our two lines, seen in a browser."""

import re
from io import StringIO

import pytest
from django.core.checks import run_checks
from django.core.management import call_command

from django_recsys.models import Interaction
from tests.missing_tables import without_table

pytestmark = pytest.mark.django_db

QUIET = {"verbosity": 0}
ITEM = re.compile(r'data-recsys-item="(\d+)"')


def block(response, placement):
    assert response.status_code == 200
    html = response.content.decode()
    found = re.search(f'data-recsys-placement="{placement}".*?</section>', html, re.S)
    return ITEM.findall(found[0]) if found else []


def test_project_has_nothing_to_complain_about():
    messages = [m for m in run_checks() if str(m.id).startswith("django_recsys")]
    assert messages == []
    ours = ("django_recsys", "django_recsys_oscar")
    call_command("makemigrations", *ours, check=True, dry_run=True, **QUIET)


def test_product_page_shows_lists_in_oscars_own_cards(trained, browse):
    page = browse(trained.users[0]).get(trained.tea[0].get_absolute_url())
    tea = {str(product.pk) for product in trained.tea[1:]}
    similar = block(page, "similar")
    assert len(similar) == 4
    assert set(similar[:3]) <= tea
    assert b"product_pod" in page.content


def test_basket_and_thanks_show_what_goes_with_their_lines(trained, browse):
    cup = trained.tea[2]
    browser = browse(trained.users[0])
    browser.post(
        f"/basket/add/{cup.pk}/", {"quantity": 1, "child_id": cup.children.first().pk}
    )
    shown = block(browser.get("/basket/"), "bought-together")
    assert len(shown) == 4
    assert str(cup.pk) not in shown
    order = trained.order(trained.users[0], cup)
    session = browser.session
    session["checkout_order_id"] = order.pk
    session.save()
    assert len(block(browser.get("/checkout/thank-you/"), "bought-together")) == 4


def test_home_shows_what_suits_the_customer(trained, browse):
    browser = browse(trained.users[0])
    home = browser.get("/catalogue/")
    bought = {str(product.pk) for product in trained.tea[:4]}
    listed = block(home, "recommended")
    assert set(listed[:2]) == {str(product.pk) for product in trained.tea[4:]}
    assert not bought & set(listed)


def test_purchase_changes_the_list(trained, browse, django_capture_on_commit_callbacks):
    browser = browse(trained.users[0])
    before = block(browser.get("/catalogue/"), "recommended")
    product = next(p for p in trained.tea if str(p.pk) == before[0])
    with django_capture_on_commit_callbacks(execute=True):
        order = trained.order(trained.users[0], product)
    after = block(browser.get("/catalogue/"), "recommended")
    assert before[0] not in after
    stored = Interaction.objects.get(kind="purchase", reference=order.number)
    assert stored.item_id == str(product.pk)


def test_pages_stand_without_our_tables(
    trained, browse, django_capture_on_commit_callbacks
):
    browser = browse(trained.users[0])
    with without_table(Interaction), django_capture_on_commit_callbacks(execute=True):
        page = browser.get(trained.tea[0].get_absolute_url())
    assert page.status_code == 200
    with without_table(Interaction), django_capture_on_commit_callbacks(execute=True):
        put = browser.post(
            f"/basket/add/{trained.tea[0].pk}/", {"quantity": 1}, follow=True
        )
    assert put.status_code == 200
    with without_table(Interaction), django_capture_on_commit_callbacks(execute=True):
        order = trained.order(trained.users[0], trained.tea[0])
    assert order.number
    assert not Interaction.objects.filter(kind__in=("view", "cart_add")).exists()


def test_doctor_finds_no_fault(trained):
    out = StringIO()
    call_command("recsys_doctor", stdout=out)  # exits with 1 where one fails
    said = out.getvalue()
    assert "OscarCatalog: 12 items may be shown" in said
    # Whichever the database gives first.
    sample = re.search(r"title +described by OscarCatalog, as in '(\w+)'", said)
    assert sample, said
    assert sample[1] in {product.title for product in trained.tea + trained.garden}
