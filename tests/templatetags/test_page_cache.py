"""A cached page never shows one visitor's list to another."""

import re
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.template import engines
from django.test import Client
from django.test.utils import override_settings

from django_recsys.resilience.log_once import forget_reports
from tests.factories import (
    make_interaction,
    make_products,
    make_serving_model,
    store_for_everyone,
    store_list,
)
from tests.hosts.shop.models import Product

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.templatetags.urls")]

SECRET = "Product 1<"  # what only ada is shown
CACHE_MIDDLEWARE = (
    "django.middleware.cache.UpdateCacheMiddleware",
    "django.middleware.cache.FetchFromCacheMiddleware",
)


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()
    forget_reports()
    yield
    cache.clear()


@pytest.fixture
def products():
    products = make_products(12)
    store_for_everyone(make_serving_model("trending"), products[6:])
    return products


@pytest.fixture
def ada(products):
    ada = User.objects.create_user("ada")
    store_list(make_serving_model("ease"), f"user:{ada.pk}", products[:3])
    return ada


@pytest.fixture
def ada_here(ada):
    client = Client(headers={"user-agent": "Mozilla/5.0"})
    client.force_login(ada)
    return client


@pytest.fixture
def stranger():
    return Client(headers={"user-agent": "Mozilla/5.0"})


@pytest.mark.parametrize("path", ["personal", "later"])
def test_cached_view_hands_no_list_to_strangers(ada_here, stranger, path):
    assert SECRET in ada_here.get(f"/cached/{path}/").content.decode()
    page = stranger.get(f"/cached/{path}/").content.decode()
    assert SECRET not in page
    assert "Product 7<" in page


def test_cached_view_that_asks_by_itself_hands_no_list_to_strangers(ada_here, stranger):
    assert "Product 1|" in ada_here.get("/cached/by-hand/").content.decode()
    assert "Product 1|" not in stranger.get("/cached/by-hand/").content.decode()


def test_personal_page_is_private_and_varies(ada_here):
    response = ada_here.get("/personal/")
    assert "private" in response["Cache-Control"]
    assert "Cookie" in response["Vary"]


def test_page_of_a_visitor_without_a_key_stays_cacheable(products, stranger):
    first = stranger.get("/cached/personal/").content
    Product.objects.update(is_active=False)
    assert stranger.get("/cached/personal/").content == first


def test_page_that_is_the_same_for_everyone_stays_cacheable(ada_here, stranger):
    first = ada_here.get("/cached/public/")
    assert "private" not in first.get("Cache-Control", "")
    Product.objects.update(is_active=False)
    assert stranger.get("/cached/public/").content == first.content


def test_site_wide_cache_without_sessions_keeps_guests_apart(products, settings):
    settings.MIDDLEWARE = [
        CACHE_MIDDLEWARE[0],
        "django_recsys.tracking.middleware.VisitorMiddleware",
        CACHE_MIDDLEWARE[1],
    ]
    make_interaction(f"guest:{'a' * 32}", products[0])
    store_list(make_serving_model("ease"), f"guest:{'a' * 32}", products[:3])
    known, other = guest_client("a" * 32), guest_client("b" * 32)
    response = known.get("/personal/")
    assert SECRET in response.content.decode()
    assert "Cookie" in response["Vary"]
    assert SECRET not in other.get("/personal/").content.decode()
    assert SECRET not in Client().get("/personal/").content.decode()


def guest_client(token):
    from django.http import HttpResponse

    from django_recsys.tracking.identity.guests import COOKIE, SALT

    client = Client(headers={"user-agent": "Mozilla/5.0"})
    response = HttpResponse()  # versions of Django sign in different ways
    response.set_signed_cookie(COOKIE, token, salt=SALT)
    client.cookies[COOKIE] = response.cookies[COOKIE].value
    client.cookies["recsys_consent"] = "yes"
    return client


def test_cached_fragment_shows_what_is_the_same_for_all(ada, rf, caplog):
    assert SECRET not in rendered(
        "{% cache 600 side %}{% recommended_products user %}{% endcache %}", ada, rf
    )
    assert "cached fragment" in caplog.text


def test_fragment_that_varies_on_the_visitor_is_personal(ada, rf, caplog):
    source = "{% cache 600 side user.pk %}{% recommended_products user %}{% endcache %}"
    assert SECRET in rendered(source, ada, rf)
    assert not caplog.records


def rendered(source, user, rf):
    request = rf.get("/")
    request.user = user
    template = engines["django"].from_string("{% load cache recsys %}" + source)
    return template.render({"user": user}, request)


def test_lazy_block_is_the_same_for_all_and_its_fragment_personal(ada_here, stranger):
    page = ada_here.get("/cached/lazy/")
    assert "private" not in page.get("Cache-Control", "")
    assert stranger.get("/cached/lazy/").content == page.content
    [url] = re.findall(r'data-recsys-lazy="([^"]+)"', page.content.decode())
    mine = ada_here.get(unescape(url))
    theirs = stranger.get(unescape(url))
    assert mine["Content-Type"].startswith("text/html")
    assert SECRET in mine.content.decode()
    assert ">Tea &amp; you<" in mine.content.decode()
    assert SECRET not in theirs.content.decode()
    assert mine.content.decode().count("<li") == 3
    assert "no-store" in mine["Cache-Control"]


def test_heading_of_somebody_else_is_refused(stranger, products):
    response = stranger.get("/recsys/placements/trending/?format=html&title=Win+money")
    assert response.status_code == 400
    assert "title" in response.json()


def test_unknown_format_is_refused(stranger, products):
    response = stranger.get("/recsys/placements/trending/?format=xml")
    assert response.json() == {"format": ["One of json, html."]}


@override_settings(ROOT_URLCONF="tests.hosts.shop.urls")
@pytest.mark.urls("tests.hosts.shop.urls")
def test_lazy_block_of_a_shop_without_the_api_shows_what_all_may_see(ada, rf, caplog):
    page = rendered("{% recommended_products user lazy=True %}", ada, rf)
    assert SECRET not in page
    assert "Product 7<" in page
    assert "django_recsys.api.urls" in caplog.text


def test_lazy_and_as_exclude_each_other(rf, ada):
    from django.template import TemplateSyntaxError

    with pytest.raises(TemplateSyntaxError, match="lazy"):
        rendered("{% recommended_products lazy=True as x %}", ada, rf)


def test_scripts_bring_the_csrf_cookie_but_not_onto_cached_pages(rf, ada):
    request = rf.get("/")
    template = engines["django"].from_string("{% load recsys %}{% recsys_scripts %}")
    page = template.render({}, request)
    assert request.META["CSRF_COOKIE_NEEDS_UPDATE"]
    assert re.search(r'data-csrf-token="\w{64}"', page)
    cached = rf.get("/")
    cached._cache_update_cache = True
    assert 'data-csrf-token=""' in template.render({}, cached)
    assert "CSRF_COOKIE_NEEDS_UPDATE" not in cached.META


def test_page_without_a_form_can_send_events(products):
    """As recsys.js does: the token of the page, or that of the fetched block."""
    browser = Client(enforce_csrf_checks=True, headers={"user-agent": "Mozilla/5.0"})
    browser.get("/recsys/placements/trending/?format=html")
    token = browser.cookies["csrftoken"].value
    event = {"kind": "view", "item_id": str(products[0].pk)}
    sent = {"data": event, "content_type": "application/json"}
    assert browser.post("/recsys/events/", **sent).status_code == 403
    accepted = browser.post("/recsys/events/", **sent, headers={"X-CSRFToken": token})
    assert accepted.status_code == 202
