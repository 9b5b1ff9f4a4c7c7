import pytest
from django.core.checks import Error, Warning as CheckWarning, run_checks

from django_recsys.catalog import ModelCatalog
from django_recsys.checks import IDS, check_settings

MIDDLEWARE = "django_recsys.tracking.middleware.VisitorMiddleware"
LINES = {"model": "shop.OrderLine", "item": "product", "at": "order__created_at"}


class OwnCatalog(ModelCatalog):
    """A catalogue of the host's own."""


def found(settings, **recsys):
    """Return the messages about these settings."""
    settings.RECSYS = {"ITEM_MODEL": "shop.Product", **recsys}
    return check_settings()


def the_one(messages):
    (message,) = messages
    assert message.id in IDS
    assert message.hint
    return message


def test_settings_of_the_tests_are_sound():
    assert check_settings() == []


def test_checks_are_registered(settings):
    settings.RECSYS = {}
    ids = [message.id for message in run_checks(tags=["recsys"])]
    assert ids == ["django_recsys.E005"]


def test_ids_and_levels_agree(settings):
    settings.STORAGES = {**settings.STORAGES, "recsys": settings.STORAGES["default"]}
    for message in found(settings, TASKS="no", ITEM_MODEL="no.Model"):
        level = Error if ".E" in message.id else CheckWarning
        assert isinstance(message, level)


def test_recsys_that_is_no_dict(settings):
    settings.RECSYS = ["shop.Product"]
    ids = [message.id for message in check_settings()]
    assert ids == ["django_recsys.E001", "django_recsys.E005"]


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("ITEM_MODLE", "Did you mean 'ITEM_MODEL'?"),
        ("purchases", "Did you mean 'PURCHASES'?"),
        ("COLOUR", "The keys are AVAILABLE, CACHE,"),
    ],
)
def test_unknown_key(settings, key, hint):
    message = the_one(found(settings, **{key: 1}))
    assert message.id == "django_recsys.E002"
    assert message.msg == f"RECSYS has no key {key!r}."
    assert hint in message.hint


@pytest.mark.parametrize(
    ("key", "value", "types"),
    [
        ("RETENTION_DAYS", "730", "int"),
        ("RETENTION_DAYS", True, "int"),
        ("ENABLED", "yes", "bool"),
        ("PURCHASES", "shop.OrderLine", "dict or list or tuple"),
        ("AVAILABLE", 7, "str or dict"),
        ("CONSENT", lambda request: True, "str"),
    ],
)
def test_wrong_type(settings, key, value, types):
    message = the_one(found(settings, **{key: value}))
    assert message.id == "django_recsys.E003"
    assert f"Give {types};" in message.hint


def test_key_that_is_not_built_yet(settings):
    message = the_one(found(settings, EVENT_BUFFER="redis://localhost"))
    assert message.id == "django_recsys.E004"
    assert found(settings, EVENT_BUFFER=None) == []


@pytest.mark.parametrize("label", ["shop.Nothing", "nothing.Product", "Product"])
def test_missing_item_model(settings, label):
    message = the_one(found(settings, ITEM_MODEL=label))
    assert message.id == "django_recsys.E005"
    assert repr(label) in message.msg


def test_own_catalog_needs_no_item_model(settings):
    settings.RECSYS = {"CATALOG": f"{__name__}.OwnCatalog"}
    assert check_settings() == []


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("CONSENT", "nothing.at.all"),
        ("CONSENT", "tests.test_checks.nothing"),
        ("CONSENT", "tests.test_checks.LINES"),
        ("AVAILABLE", "nothing.at.all"),
        ("CATALOG", "tests.test_checks.found"),
        ("HISTORY", "nodots"),
        ("CANONICAL", "tests.nothing"),
        ("SOCIAL_GRAPH", "tests.nothing"),
        ("ITEM_QUERYSET", "tests.nothing"),
    ],
)
def test_bad_dotted_path(settings, key, path):
    message = the_one(found(settings, **{key: path}))
    assert message.id == "django_recsys.E006"
    assert repr(path) in message.msg


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        ({"colour": "name"}, "The names are title, category"),
        ({"title": "nam"}, "shop.Product has no 'nam'"),
        ({"category": "category__nam"}, "shop.Category has no 'nam'"),
        ({"title": "tests.nothing.title_of"}, "tests.nothing"),
    ],
)
def test_bad_item_field(settings, fields, part):
    message = the_one(found(settings, ITEM_FIELDS=fields))
    assert message.id == "django_recsys.E007"
    assert part in message.msg + message.hint


@pytest.mark.parametrize(
    "rule", [{"is_activ": True}, {"stock__gtt": 0}, {"stock__gt": "many"}]
)
def test_bad_availability(settings, rule):
    message = the_one(found(settings, AVAILABLE=rule))
    assert message.id == "django_recsys.E008"
    assert "shop.Product" in message.msg


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"model": "shop.Line"}, "'shop.Line', which is not installed"),
        ({"model": None}, "lacks model"),
        ({"at": None}, "lacks at"),
        ({"item": "produkt"}, "['item'] = 'produkt'"),
        ({"user": "order__buyer"}, "['user'] = 'order__buyer'"),
        ({"item": "variant"}, "leads to shop.Variant, which is no item model"),
        ({"where": {"order__payed": True}}, "['where']"),
        ({"qty": "quantity"}, "has no key 'qty'"),
    ],
)
def test_bad_purchases(settings, change, part):
    message = the_one(found(settings, PURCHASES={**LINES, **change}))
    assert message.id == "django_recsys.E009"
    assert part in message.msg


def test_bad_source_among_several(settings):
    message = the_one(found(settings, PURCHASES=[LINES, "shop.OrderLine"]))
    assert message.id == "django_recsys.E009"


def test_variant_with_a_canonical_function_is_sound(settings):
    purchases = {**LINES, "item": "variant"}
    canonical = f"{__name__}.found"
    assert found(settings, PURCHASES=purchases, CANONICAL=canonical) == []


@pytest.mark.parametrize(
    ("weights", "part"),
    [
        ({"vote": 1}, "'vote'"),
        ({"view": "one"}, "'one'"),
        ({"view": True}, "True"),
        ({"purchase": -5}, "-5"),
        ({"return": 10}, "10"),
        ({"view": float("nan")}, "nan"),
    ],
)
def test_bad_weight(settings, weights, part):
    message = the_one(found(settings, INTERACTION_WEIGHTS=weights))
    assert message.id == "django_recsys.E010"
    assert part in message.msg


@pytest.mark.parametrize("key", ["CACHE", "DATABASE", "STORAGE"])
def test_unknown_alias(settings, key):
    message = the_one(found(settings, **{key: "nowhere"}))
    assert message.id == "django_recsys.E011"
    assert "default" in message.hint


def test_storage_that_cannot_be_opened(settings):
    broken = {"BACKEND": "tests.nothing.Storage"}
    settings.STORAGES = {**settings.STORAGES, "broken": broken}
    message = the_one(found(settings, STORAGE="broken"))
    assert message.id == "django_recsys.E011"


def test_other_database_needs_the_router(settings):
    from django.db import connections

    connections.settings["second"] = {**connections.settings["default"]}
    try:
        message = the_one(found(settings, DATABASE="second"))
        assert message.id == "django_recsys.E012"
        settings.DATABASE_ROUTERS = ["django_recsys.router.RecsysRouter"]
        assert found(settings, DATABASE="second") == []
        connections.settings["second"]["ATOMIC_REQUESTS"] = True
        [message] = found(settings, DATABASE="second")
        assert message.id == "django_recsys.W003"
    finally:
        del connections.settings["second"]


def test_middleware_before_what_it_needs(settings):
    others = [name for name in settings.MIDDLEWARE if name != MIDDLEWARE]
    settings.MIDDLEWARE = [MIDDLEWARE, *others]
    messages = check_settings()
    assert [message.id for message in messages] == ["django_recsys.E013"] * 2
    assert "AuthenticationMiddleware" in messages[1].msg
    settings.MIDDLEWARE = others
    assert check_settings() == []


def test_unknown_way_to_run_tasks(settings):
    message = the_one(found(settings, TASKS="cron"))
    assert message.id == "django_recsys.E014"


def test_celery_without_an_app(settings, monkeypatch):
    import sys

    monkeypatch.delitem(sys.modules, "celery", raising=False)
    assert the_one(found(settings, TASKS="celery")).id == "django_recsys.W002"
    monkeypatch.setitem(sys.modules, "celery", sys)
    assert found(settings, TASKS="celery") == []


@pytest.mark.parametrize(
    ("key", "number"),
    [
        ("RETENTION_DAYS", 0),
        ("CATCH_UP_DAYS", 0),
        ("TRAINING_MINUTES", 0),
        ("TRAINING_MEMORY_MB", 0),
        ("RESCORE_SECONDS", -1),
    ],
)
def test_a_number_that_is_too_small(settings, key, number):
    assert the_one(found(settings, **{key: number})).id == "django_recsys.E015"


def test_cached_pages_want_our_middleware(settings):
    cache = "django.middleware.cache.UpdateCacheMiddleware"
    others = [name for name in settings.MIDDLEWARE if name != MIDDLEWARE]
    settings.MIDDLEWARE = [cache, *others]
    assert the_one(check_settings()).id == "django_recsys.W004"
    settings.MIDDLEWARE = [cache, *others, MIDDLEWARE]
    assert check_settings() == []
