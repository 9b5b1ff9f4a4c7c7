import re

import pytest
from django.db.models.signals import post_save
from django.urls import reverse

from django_recsys.models import Interaction
from django_recsys.signals import item_added_to_cart, item_viewed
from example_shop.accounts.models import Household
from example_shop.catalogue.models import Department, Product
from example_shop.orders.models import Order, OrderLine
from tests.example_shop.made_up import FIRST_PRODUCT


@pytest.fixture
def client(client):
    """Browse as a person does: without a name a visitor counts as a program."""
    client.defaults["HTTP_USER_AGENT"] = "Mozilla/5.0"
    return client


@pytest.fixture
def household(shop):
    return Household.objects.select_related("user").get(number=1)


@pytest.fixture
def member(client, household):
    client.post(reverse("accounts:login_as", args=[household.number]))
    return client


@pytest.fixture
def product(shop):
    return Product.objects.get(pk=FIRST_PRODUCT)


@pytest.fixture
def heard():
    """Collect what a signal sends; the senders are the shop's own views."""
    received = []
    connected = []

    def listen(signal):
        def receiver(sender, **facts):
            received.append(facts)

        signal.connect(receiver, weak=False)
        connected.append((signal, receiver))
        return received

    yield listen
    for signal, receiver in connected:
        signal.disconnect(receiver)


def text_of(response):
    assert response.status_code == 200
    return response.content.decode()


def test_a_guest_sees_departments_the_notice_and_the_question(client, shop):
    page = text_of(client.get("/"))
    for department in Department.objects.all():
        assert department.get_absolute_url() in page
    assert "simulated on real shopping patterns" in page
    assert "dates are shifted" in " ".join(page.split())
    assert "May we remember" in page


@pytest.mark.parametrize("path", ["/", "/account/login/", "/basket/", "/search/?q=a"])
def test_pages_ask_nothing_of_other_hosts(client, shop, path):
    page = text_of(client.get(path))
    assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', page)


def test_a_department_lists_its_products_and_categories(client, product):
    department = product.category.department
    page = text_of(client.get(department.get_absolute_url(), {"sort": "price"}))
    assert product.name in page
    assert product.category.get_absolute_url() in page


def test_a_page_that_is_not_there_is_the_shops_own(client, shop):
    response = client.get("/department/nowhere/")
    assert response.status_code == 404
    assert "This shelf is empty" in response.content.decode()


def test_a_category_pages_through_its_products(client, product):
    response = client.get(product.category.get_absolute_url(), {"page": "99"})
    assert response.context["page"].paginator.count == 20


def test_delisted_products_are_on_no_shelf(client, product):
    Product.objects.filter(pk=product.pk).update(is_active=False)
    response = client.get(product.category.get_absolute_url())
    assert product not in response.context["page"].object_list


@pytest.mark.parametrize(
    ("words", "found"), [("pizza premium", 20), ("fernhill cat", 5), ("gherkin", 0)]
)
def test_search_wants_every_word_somewhere(client, shop, words, found):
    response = client.get(reverse("catalogue:search"), {"q": words})
    assert response.context["page"].paginator.count == found


def test_looking_at_a_product_is_signalled(client, product, heard):
    received = heard(item_viewed)
    page = text_of(client.get(product.get_absolute_url()))
    assert f"${product.price}" in page
    assert [facts["item"] for facts in received] == [product]


def test_putting_into_the_basket_is_signalled(client, product, heard):
    received = heard(item_added_to_cart)
    client.post(reverse("basket:add", args=[product.pk]), {"quantity": "3"})
    assert [facts["item"] for facts in received] == [product]
    response = client.get(reverse("basket:show"))
    assert [line.quantity for line in response.context["lines"]] == [3]
    assert response.context["total"] == 3 * product.price


def test_the_basket_holds_no_more_than_the_stock(client, product):
    Product.objects.filter(pk=product.pk).update(stock=2)
    client.post(reverse("basket:add", args=[product.pk]), {"quantity": "9"})
    response = client.get(reverse("basket:show"))
    assert [line.quantity for line in response.context["lines"]] == [2]


def test_a_quantity_of_zero_empties_the_line(client, product):
    client.post(reverse("basket:add", args=[product.pk]))
    client.post(reverse("basket:change", args=[product.pk]), {"quantity": "0"})
    assert not client.get(reverse("basket:show")).context["lines"]


def test_what_is_sold_out_cannot_be_added(client, product):
    Product.objects.filter(pk=product.pk).update(stock=0)
    added = client.post(reverse("basket:add", args=[product.pk]))
    assert added.status_code == 404


def test_checkout_asks_guests_to_log_in(client, product):
    client.post(reverse("basket:add", args=[product.pk]))
    response = client.get(reverse("orders:checkout"))
    assert response.status_code == 302
    assert response.url.startswith(reverse("accounts:login"))


def test_the_basket_survives_the_login(client, household, product):
    client.post(reverse("basket:add", args=[product.pk]))
    client.post(reverse("accounts:login_as", args=[household.number]))
    assert len(client.get(reverse("basket:show")).context["lines"]) == 1


def test_checkout_saves_each_line_and_takes_from_stock(member, household, product):
    other = Product.objects.get(pk=FIRST_PRODUCT + 1)
    for each in (product, other):
        member.post(reverse("basket:add", args=[each.pk]), {"quantity": "2"})
    saved = []

    def on_save(sender, instance, **facts):
        saved.append(instance.product_id)

    post_save.connect(on_save, sender=OrderLine)
    try:
        response = member.post(reverse("orders:checkout"))
    finally:
        post_save.disconnect(on_save, sender=OrderLine)
    order = household.user.orders.first()
    assert response.url == order.get_absolute_url()
    assert saved == [product.pk, other.pk]
    assert order.total == 2 * product.price + 2 * other.price
    assert Product.objects.get(pk=product.pk).stock == product.stock - 2
    recorded = Interaction.objects.filter(
        kind="purchase", visitor_key=f"user:{household.user.pk}"
    )
    assert {row.item_id for row in recorded} == {str(product.pk), str(other.pk)}
    assert not member.get(reverse("basket:show")).context["lines"]


def test_checkout_writes_nothing_when_a_product_sold_out(member, household, product):
    member.post(reverse("basket:add", args=[product.pk]), {"quantity": "2"})
    Product.objects.filter(pk=product.pk).update(stock=1)
    orders = Order.objects.count()
    response = member.post(reverse("orders:checkout"), follow=True)
    assert "sold out" in response.content.decode()
    assert Order.objects.count() == orders
    assert Product.objects.get(pk=product.pk).stock == 1


def test_an_empty_basket_cannot_be_ordered(member):
    assert member.post(reverse("orders:checkout")).url == reverse("basket:show")


def test_the_account_shows_its_own_orders_only(member, household):
    page = text_of(member.get(reverse("accounts:account")))
    own = household.user.orders.first()
    assert own.get_absolute_url() in page
    assert text_of(member.get(own.get_absolute_url()))
    foreign = Order.objects.exclude(user=household.user).first()
    assert member.get(foreign.get_absolute_url()).status_code == 404


@pytest.mark.parametrize(("words", "found"), [("", 60), ("12", 1), ("children", 1)])
def test_households_can_be_searched(client, shop, words, found):
    response = client.get(reverse("accounts:login"), {"q": words})
    assert response.context["page"].paginator.count == found


def test_nobody_is_sent_to_another_host(client, household):
    answer = {"next": "https://elsewhere.example/"}
    login = client.post(reverse("accounts:login_as", args=[1]), answer)
    consent = client.post(reverse("storefront:consent"), answer)
    assert login.url == consent.url == "/"


def test_only_a_yes_sets_the_consent_cookie(client, shop):
    client.post(reverse("storefront:consent"), {"answer": "no", "next": "/"})
    assert not client.cookies["recsys_consent"].value
    assert "May we remember" not in text_of(client.get("/"))
    client.post(reverse("storefront:consent"), {"answer": "yes", "next": "/"})
    assert client.cookies["recsys_consent"].value == "yes"


def test_a_guest_is_remembered_only_after_a_yes(client, product):
    client.get(product.get_absolute_url())
    assert not Interaction.objects.exists()
    client.post(reverse("storefront:consent"), {"answer": "yes", "next": "/"})
    client.get(product.get_absolute_url())
    kept = Interaction.objects.get()
    assert kept.visitor_key.startswith("guest:")
    assert kept.item_id == str(product.pk)


def test_the_admin_opens(client, django_user_model, shop):
    client.force_login(django_user_model.objects.create_superuser("boss"))
    for model in ("catalogue/product", "orders/order", "accounts/household"):
        assert client.get(f"/admin/{model}/").status_code == 200
