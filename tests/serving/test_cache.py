"""What is remembered where the cache works, and where it does not."""

import pytest
from django.core.cache import cache, caches

from django_recsys.serving import cache as serving_cache
from django_recsys.serving.cache import get_or_build, invalidate


class Counter:
    def __init__(self):
        self.calls = 0

    def __call__(self):
        self.calls += 1
        return self.calls


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is moved."""
    moment = [1.0]
    monkeypatch.setattr(serving_cache.time, "monotonic", lambda: moment[0])

    def move(seconds):
        moment[0] += seconds

    return move


@pytest.fixture
def no_cache(settings):
    """A Redis that nobody listens for."""
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }


def test_value_is_built_once_and_shared_by_the_cache():
    build = Counter()
    assert [get_or_build("number", build) for _ in range(3)] == [1, 1, 1]
    assert cache.get("django_recsys:number") == 1


def test_empty_values_are_remembered_too():
    build = Counter()
    get_or_build("nothing", lambda: {})
    assert get_or_build("nothing", build) == {}
    assert build.calls == 0


def test_forgotten_value_is_built_anew():
    build = Counter()
    get_or_build("number", build)
    invalidate("number")
    assert get_or_build("number", build) == 2


def test_dead_cache_is_asked_once_and_then_left_alone(no_cache, clock, caplog):
    build = Counter()
    assert [get_or_build("number", build) for _ in range(5)] == [1] * 5
    assert len(caplog.records) == 1
    clock(14.9)
    assert get_or_build("number", build) == 1
    clock(0.2)
    assert get_or_build("number", build) == 2


def test_forgetting_works_without_a_cache(no_cache):
    build = Counter()
    get_or_build("number", build)
    invalidate("number")
    assert get_or_build("number", build) == 2


def test_cache_is_used_again_after_a_while(no_cache, clock, settings):
    build = Counter()
    get_or_build("number", build)
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    }
    clock(serving_cache.PAUSE_SECONDS + 1)
    get_or_build("number", build)
    assert caches["default"].get("django_recsys:number") == 2


def test_error_of_the_builder_is_no_error_of_the_cache(caplog):
    def refuse():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        get_or_build("number", refuse)
    assert not caplog.records
