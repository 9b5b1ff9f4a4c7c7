"""A host's REST framework settings stay the host's, seen in a process of its own."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from django.core.cache import caches

from django_recsys.serving import cache
from tests.factories import make_serving_model, store_for_everyone

ROOT = Path(__file__).resolve().parents[2]

HOSTILE = """
    REST_FRAMEWORK = {
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.TemplateHTMLRenderer"],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.FormParser"],
        "DEFAULT_AUTHENTICATION_CLASSES": [
            "rest_framework.authentication.BasicAuthentication"
        ],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
        "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.AnonRateThrottle"],
        "DEFAULT_THROTTLE_RATES": {"anon": "1/day", "user": "1/day", "read": "1/day"},
        "DEFAULT_PAGINATION_CLASS":
            "rest_framework.pagination.PageNumberPagination",
        "PAGE_SIZE": 1,
        "DEFAULT_VERSIONING_CLASS":
            "rest_framework.versioning.AcceptHeaderVersioning",
        "ALLOWED_VERSIONS": ["9.9"],
        "DEFAULT_SCHEMA_CLASS": "tests.api.hostile.Schema",
        "DEFAULT_METADATA_CLASS": "tests.api.hostile.Metadata",
        "DEFAULT_CONTENT_NEGOTIATION_CLASS": "tests.api.hostile.RefusesAll",
        "EXCEPTION_HANDLER": "tests.api.hostile.teapot",
        "URL_FORMAT_OVERRIDE": "n",
        "NON_FIELD_ERRORS_KEY": "kind",
        "COERCE_DECIMAL_TO_STRING": False,
        "UNICODE_JSON": False,
        "COMPACT_JSON": False,
        "STRICT_JSON": False,
    }
"""

PROGRAM = """
    import json
    import sys
    import django
    from django.conf import settings
    from tests import settings as usual
    names = [name for name in dir(usual) if name.isupper()]
    configured = {name: getattr(usual, name) for name in names}
    configured["INSTALLED_APPS"] = [*usual.INSTALLED_APPS, *MORE_APPS]
    settings.configure(**configured, REST_FRAMEWORK=REST_FRAMEWORK)
    django.setup()
    from django.core.management import call_command
    from django.test import Client
    call_command("migrate", run_syncdb=True, verbosity=0)
    from tests.factories import (
        make_products, make_serving_model, store_for_everyone,
    )
    products = make_products(5, brand="Käse")
    store_for_everyone(make_serving_model("popular"), products)
    client = Client(headers={"user-agent": "Mozilla/5.0"})
    for accept in ("text/html", "application/json; version=1", "image/png", ""):
        response = client.get("/recsys/trending/?n=3", headers={"accept": accept})
        assert response.status_code == 200, response.content
        assert response["Content-Type"] == "application/json"
        assert len(response.json()["items"]) == 3
        assert "Käse".encode() in response.content
        assert b": " not in response.content
    for path, status in (("trending/?n=0", 400), ("placements/no/", 404)):
        response = client.get("/recsys/" + path)
        assert response.status_code == status, response.content
        assert response["Content-Type"] == "application/json"
    assert client.options("/recsys/trending/").status_code == 405
    event = json.dumps({"kind": "view", "item_id": "1"})
    for _ in range(3):
        response = client.post("/recsys/events/", event, "application/json")
        assert response.status_code == 202, response.content
        assert len(response.json()["rejected"]) == 1
    response = client.post("/recsys/events/", "[[], {}, 7]", "application/json")
    assert len(response.json()["rejected"]) == 3, response.content
    response = client.get("/recsys/openapi.json", headers={"accept": "text/html"})
    assert response.json()["servers"] == [{"url": "http://testserver/recsys"}]
    # A shop has none of what the document is made with.
    assert not {"drf_spectacular", "jsonschema"} & set(sys.modules)
    print("fine")
"""


@pytest.mark.parametrize("more_apps", ["[]", '["rest_framework"]'])
def test_hostile_defaults_of_the_host_change_nothing(more_apps):
    program = [HOSTILE, f"\n    MORE_APPS = {more_apps}\n", PROGRAM]
    done = subprocess.run(
        [sys.executable, "-c", "".join(map(textwrap.dedent, program))],
        cwd=ROOT,
        env={**os.environ, "RECSYS_TEST_DATABASE_URL": "sqlite://"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "fine", done.stdout + done.stderr


@pytest.fixture
def _other_memory():
    yield
    cache.reset()


@pytest.mark.django_db
@pytest.mark.usefixtures("_other_memory")
def test_throttle_lets_pass_where_the_cache_is_gone(browser, products, settings):
    store_for_everyone(make_serving_model("popular"), products)
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    caches["default"].close()
    response = browser.get("/recsys/trending/?n=3")
    assert response.status_code == 200
    assert len(response.json()["items"]) == 3
