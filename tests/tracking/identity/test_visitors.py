import re

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from django_recsys.exceptions import DataError
from django_recsys.tracking import (
    Visitor,
    email_key,
    find_visitor_key,
    visitor_key_for,
    visitor_of,
)
from django_recsys.tracking.identity import guests
from tests.tracking.conftest import FIREFOX

NOBODY = Visitor(key=None, is_tracked=False)


def test_key_of_an_account(ada):
    assert visitor_key_for(ada) == f"user:{ada.pk}"


@pytest.mark.parametrize("user", [None, AnonymousUser(), User(username="new")])
def test_nobody_saved_has_no_key(user):
    with pytest.raises(ValueError, match="no primary key"):
        visitor_key_for(user)


def test_email_key_hides_the_address_and_ignores_how_it_is_written():
    key = email_key("Ada@Example.com ")
    assert re.fullmatch(r"email:[0-9a-f]{64}", key)
    assert key == email_key("ada@example.com")
    assert key != email_key("bob@example.com")


def test_email_key_depends_on_the_secret(settings):
    before = email_key("ada@example.com")
    settings.SECRET_KEY = "another"
    assert email_key("ada@example.com") != before


def test_no_request_is_nobody():
    assert visitor_of(None) == NOBODY


def test_bare_request_is_nobody():
    assert visitor_of(HttpRequest()) == NOBODY


def test_request_without_user_or_session_may_be_tracked():
    request = HttpRequest()
    request.META["HTTP_USER_AGENT"] = FIREFOX
    request.COOKIES["recsys_consent"] = "yes"
    assert visitor_of(request) == Visitor(key=None, is_tracked=True)


def test_lazy_user_is_the_account(ada, browser):
    request = browser(SimpleLazyObject(lambda: ada))
    assert visitor_of(request) == Visitor(key=f"user:{ada.pk}", is_tracked=True)


def test_objecting_account_keeps_its_key(ada, browser):
    visitor = visitor_of(browser(ada, HTTP_SEC_GPC="1"))
    assert visitor == Visitor(key=f"user:{ada.pk}", is_tracked=False)


def test_asking_makes_no_guest_key(browser):
    assert visitor_of(browser()) == Visitor(key=None, is_tracked=True)


def test_command_finds_key_primary_key_and_name(ada):
    own = f"user:{ada.pk}"
    assert find_visitor_key("guest:0f") == "guest:0f"
    assert find_visitor_key(str(ada.pk)) == own
    assert find_visitor_key("ada") == own


def test_command_says_that_there_is_no_such_account(db):
    with pytest.raises(DataError, match="no account 'bob'"):
        find_visitor_key("bob")


def test_a_guests_cookie_lasts_a_year():
    assert guests.COOKIE_AGE.days == 365


def test_a_forgotten_guest_is_not_new(rf):
    guest = guests.Guest(rf.get("/"), can_write=True)
    assert guest.make_key()
    assert guest.is_new
    guest.forget()
    assert (guest.key, guest.is_new) == (None, False)


def test_a_merge_that_fails_leaves_the_login_alone(monkeypatch, caplog):
    from django_recsys.tracking.identity import merging

    def broken(*keys):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(merging, "rename", broken)
    merging.join_keys("guest:1", "user:1")
    assert "join a guest's history" in caplog.text


def test_an_object_that_is_no_user_of_django_is_no_account(rf):
    """Some middlewares put an object of their own in place of the user."""
    request = rf.get("/")
    request.user = object()
    assert visitor_of(request).key is None
