import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.factories import make_products


@pytest.fixture
def products():
    return make_products(20)


@pytest.fixture
def ada():
    return User.objects.create_user("ada")


@pytest.fixture
def browser():
    """A guest's browser; without a user agent it would be taken for a program."""
    return Client(headers={"user-agent": "Mozilla/5.0"})


@pytest.fixture
def session(browser, ada):
    """A browser in which ada is logged in."""
    browser.force_login(ada)
    return browser


@pytest.fixture
def consenting_guest(browser):
    browser.cookies["recsys_consent"] = "yes"
    return browser
