"""The guest's cookie, seen by a browser."""

import re

import pytest
from asgiref.sync import async_to_sync
from django.http import HttpResponse
from django.test import AsyncClient, Client, RequestFactory
from django.utils import timezone

from django_recsys.conf import get_settings
from django_recsys.models import Interaction
from django_recsys.tracking.identity.guests import COOKIE, SALT
from django_recsys.tracking.middleware import VisitorMiddleware
from tests.tracking.conftest import FIREFOX, packed, stored, trained_model

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.tracking.urls"),
]


HEADERS = {"user-agent": FIREFOX}


@pytest.fixture
def guest():
    client = Client(HTTP_USER_AGENT=FIREFOX)
    client.cookies["recsys_consent"] = "yes"
    return client


def cookie_of(response):
    return response.cookies.get(COOKIE)


def test_cookie_is_set_once_something_was_recorded(guest, product):
    assert cookie_of(guest.get("/who/")) is None
    response = guest.get(f"/product/{product.pk}/")
    cookie = cookie_of(response)
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["secure"]
    assert "Cookie" in response["Vary"]
    (key,) = stored("visitor_key")
    assert re.fullmatch(r"guest:[0-9a-f]{32}", key)
    assert guest.get("/who/").content.decode() == key
    assert cookie_of(guest.get(f"/product/{product.pk}/")) is None
    assert stored("visitor_key") == [key, key]


def test_cookie_is_secure_where_the_sessions_is(guest, product, settings):
    settings.SESSION_COOKIE_SECURE = True
    assert cookie_of(guest.get(f"/product/{product.pk}/"))["secure"]


@pytest.mark.parametrize("header", ["HTTP_SEC_GPC", "HTTP_DNT"])
def test_objecting_browser_gets_no_cookie(guest, product, header):
    assert cookie_of(guest.get(f"/product/{product.pk}/", **{header: "1"})) is None
    assert stored("pk") == []


def test_without_consent_no_cookie(product):
    client = Client(HTTP_USER_AGENT=FIREFOX)
    assert cookie_of(client.get(f"/product/{product.pk}/")) is None
    assert stored("pk") == []


def test_withdrawn_consent_takes_the_cookie_back(guest, product):
    guest.get(f"/product/{product.pk}/")
    guest.cookies["recsys_consent"] = "no"
    response = guest.get(f"/product/{product.pk}/")
    assert cookie_of(response)["max-age"] == 0
    assert len(stored("pk")) == 1


def test_account_needs_no_cookie(guest, ada, product):
    guest.force_login(ada)
    assert cookie_of(guest.get(f"/product/{product.pk}/")) is None
    assert stored("visitor_key") == [f"user:{ada.pk}"]


@pytest.mark.parametrize("forged", ["0" * 32, "guest", f"{'0' * 32}:1abc:xyz"])
def test_forged_cookie_is_no_key(guest, forged):
    guest.cookies[COOKIE] = forged
    response = guest.get("/who/")
    assert response.content == b"None"
    assert cookie_of(response)["max-age"] == 0


def test_signed_text_that_is_no_token_is_no_key(guest):
    response = HttpResponse()
    response.set_signed_cookie(COOKIE, "user:1", salt=SALT)
    guest.cookies[COOKIE] = response.cookies[COOKIE].value
    assert guest.get("/who/").content == b"None"


def test_login_joins_the_guest_to_the_account_once(guest, ada, product):
    guest.get(f"/product/{product.pk}/")
    (guest_key,) = stored("visitor_key")
    model = trained_model()
    model.storedrecommendations_set.create(visitor_key=guest_key, ranked=packed("1"))
    response = guest.get("/enter/")
    assert cookie_of(response)["max-age"] == 0
    assert stored("visitor_key") == [f"user:{ada.pk}"]
    assert not model.storedrecommendations_set.exists()
    Interaction.objects.create(
        visitor_key=guest_key,
        item_id="7",
        kind="view",
        occurred_at=Interaction.objects.get().occurred_at,
    )
    guest.get("/enter/")
    assert stored("visitor_key") == [f"user:{ada.pk}", guest_key]


def test_what_is_joined_is_news_to_the_models_of_the_account(guest, ada, product):
    guest.get(f"/product/{product.pk}/")
    trained_at = timezone.now()
    assert not Interaction.objects.recorded_after(trained_at).exists()
    guest.get("/enter/")
    assert Interaction.objects.of(f"user:{ada.pk}").recorded_after(trained_at).exists()


def test_login_of_an_objecting_browser_joins_nothing(guest, ada, product):
    guest.get(f"/product/{product.pk}/")
    before = stored("visitor_key")
    response = guest.get("/enter/", HTTP_SEC_GPC="1")
    assert cookie_of(response)["max-age"] == 0
    assert stored("visitor_key") == before


def test_login_after_the_consent_was_taken_back_joins_nothing(guest, ada, product):
    guest.get(f"/product/{product.pk}/")
    before = stored("visitor_key")
    guest.cookies[get_settings().CONSENT_COOKIE] = "no"
    guest.get("/enter/")
    assert stored("visitor_key") == before


def test_login_without_our_middleware_is_harmless(ada, product, settings):
    settings.MIDDLEWARE = settings.MIDDLEWARE[:-1]
    client = Client(HTTP_USER_AGENT=FIREFOX)
    assert client.get("/enter/").status_code == 200
    client.logout()
    client.cookies["recsys_consent"] = "yes"
    assert client.get(f"/product/{product.pk}/").status_code == 200
    assert stored("pk") == []


def test_middleware_asks_neither_database_nor_session(django_assert_num_queries):
    request = RequestFactory().get("/")
    with django_assert_num_queries(0):
        VisitorMiddleware(lambda request: HttpResponse())(request)
    assert not hasattr(request, "session")


def test_async_page_of_a_guest(product):
    client = AsyncClient()
    client.cookies["recsys_consent"] = "yes"

    async def browse():
        return await client.get(f"/product-async/{product.pk}/", headers=HEADERS)

    response = async_to_sync(browse)()
    assert response.status_code == 200
    assert cookie_of(response) is not None
    assert stored("visitor_key")[0].startswith("guest:")


def test_async_page_of_an_account(ada, product, monkeypatch):
    monkeypatch.delenv("DJANGO_ALLOW_ASYNC_UNSAFE", raising=False)
    client = AsyncClient()
    client.force_login(ada)

    async def browse():
        shown = await client.get(f"/product-async/{product.pk}/", headers=HEADERS)
        who = await client.get("/who-async/", headers=HEADERS)
        return shown, who

    shown, who = async_to_sync(browse)()
    assert cookie_of(shown) is None
    assert stored("visitor_key") == [f"user:{ada.pk}"]
    # Before the view has awaited `auser()` nobody is known, and no wrong guest.
    assert who.content.decode() == f"None user:{ada.pk}"
