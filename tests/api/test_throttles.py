"""Nobody passes by dropping a cookie or by writing a header."""

import pytest
from django.core.cache import caches
from django.test import Client

from django_recsys.api.throttles import EventThrottle, ReadThrottle, VisitorThrottle
from django_recsys.serving import cache as serving_cache
from django_recsys.tracking import origin_of

pytestmark = pytest.mark.django_db
LIST = "/recsys/trending/"
PUBLIC = "8.8.8.7"


@pytest.fixture(autouse=True)
def _empty_cache(monkeypatch):
    monkeypatch.setattr(VisitorThrottle, "wait", lambda self: 7)
    monkeypatch.setattr(
        "django_recsys.api.throttles.time.time", lambda: 1_767_268_800.0
    )
    caches["default"].clear()
    serving_cache.reset()


def ask(times: int, *, address: str = PUBLIC, **headers: str) -> list[int]:
    return [
        Client().get(LIST, REMOTE_ADDR=address, headers=headers).status_code
        for _ in range(times)
    ]


def test_dropping_the_cookie_does_not_help(monkeypatch):
    monkeypatch.setattr(ReadThrottle, "most", 3)
    assert ask(4) == [200, 200, 200, 429]
    assert ask(1, address="8.8.8.99") == [429]  # the same network
    assert ask(1, address="9.9.9.1") == [200]


def test_a_header_that_anybody_can_write_does_not_help(monkeypatch):
    monkeypatch.setattr(ReadThrottle, "most", 3)
    codes = [ask(1, **{"x-forwarded-for": f"9.9.{n}.1"})[0] for n in range(4)]
    assert codes == [200, 200, 200, 429]


def test_the_number_of_proxies_says_which_address_is_true(monkeypatch, settings):
    monkeypatch.setattr(ReadThrottle, "most", 2)
    settings.REST_FRAMEWORK = {"NUM_PROXIES": 1}
    forged = [f"9.9.{n}.1, {PUBLIC}" for n in range(3)]
    codes = [ask(1, address="10.0.0.1", **{"x-forwarded-for": f})[0] for f in forged]
    assert codes == [200, 200, 429]


def test_behind_a_proxy_that_nobody_told_of_there_is_no_limit_by_network(monkeypatch):
    """It would be one limit for all customers together."""
    monkeypatch.setattr(ReadThrottle, "most", 1)
    assert ask(3, address="10.0.0.1") == [200] * 3
    assert ask(3, address="127.0.0.1") == [200] * 3


@pytest.mark.parametrize("text", ["a" * 300, "\x00", "1.2.3", "1.2.3.4\n", " " * 300])
def test_no_header_switches_cache_and_throttles_off(monkeypatch, settings, text):
    monkeypatch.setattr(ReadThrottle, "most", 2)
    settings.REST_FRAMEWORK = {"NUM_PROXIES": 1}
    ask(1, address="9.9.9.1", **{"x-forwarded-for": text})
    assert not serving_cache._circuit.is_open
    assert ask(3, **{"x-forwarded-for": PUBLIC}) == [200, 200, 429]


def test_what_the_cache_refuses_is_no_failure_of_the_service():
    with serving_cache.working_cache() as cache:
        cache.incr("no-such-key")
    assert not serving_cache._circuit.is_open
    with serving_cache.working_cache():
        raise ConnectionError
    assert serving_cache._circuit.is_open


def test_an_office_is_not_one_visitor(monkeypatch, django_user_model):
    monkeypatch.setattr(ReadThrottle, "most", 1)
    for number in range(5):
        client = Client()
        client.force_login(django_user_model.objects.create_user(f"ada{number}"))
        assert client.get(LIST, REMOTE_ADDR=PUBLIC).status_code == 200


def test_a_network_holds_so_many_visitors_and_no_more(monkeypatch, django_user_model):
    monkeypatch.setattr(ReadThrottle, "most", 1)
    monkeypatch.setattr("django_recsys.api.throttles.VISITORS_OF_ORIGIN", 2)
    codes = []
    for number in range(3):
        client = Client()
        client.force_login(django_user_model.objects.create_user(f"ada{number}"))
        codes.append(client.get(LIST, REMOTE_ADDR=PUBLIC).status_code)
    assert codes == [200, 200, 429]


def test_every_worker_counts_in_the_same_bucket(monkeypatch):
    """Lists of moments, read and written back, lose what came in between."""
    counts = []
    for _ in range(5):
        with serving_cache.working_cache() as cache:
            counts.append(EventThrottle().count(cache, "user:1"))
    assert counts == [1, 2, 3, 4, 5]


def test_the_answer_says_when_to_come_again(monkeypatch):
    monkeypatch.setattr(ReadThrottle, "most", 0)
    response = Client().get(LIST, REMOTE_ADDR=PUBLIC)
    assert (response.status_code, response["Retry-After"]) == (429, "7")


def test_no_address_is_in_the_cache(rf):
    origin = origin_of(rf.get("/", REMOTE_ADDR=PUBLIC))
    assert origin == origin_of(rf.get("/", REMOTE_ADDR="8.8.8.200"))
    assert len(origin) == 32
    assert "8.8" not in origin
    first = origin_of(rf.get("/", REMOTE_ADDR="2001:4860:1:2::5"))
    assert first == origin_of(rf.get("/", REMOTE_ADDR="2001:4860:1:9::6"))
    assert first != origin_of(rf.get("/", REMOTE_ADDR="2001:4860:2::5"))
