"""The page of a running training follows it, seen by a browser."""

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections

from django_recsys.models import RecommenderConfig, TrainingRun

playwright = pytest.importorskip("playwright.sync_api")

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def page(chromium, live_server):
    """A browser page in which a superuser is logged in."""
    boss = User.objects.create_superuser("boss")
    session = SessionStore()
    session[SESSION_KEY] = str(boss.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = boss.get_session_auth_hash()
    session.save()
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        context = browser.new_context(base_url=live_server.url)
        context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": session.session_key,
                    "url": live_server.url,
                }
            ]
        )
        yield context.new_page()
        # Within the driver's event loop Django keeps connections apart, and nobody else
        # closes them: a server would not drop the tests' database then.
        connections.close_all()
        browser.close()


def test_page_follows_a_training_to_its_end(page):
    config = RecommenderConfig.objects.named("ease")
    run = TrainingRun.objects.create(recommender=config, status="running", stage="fit")
    failures = []
    page.on("pageerror", lambda error: failures.append(error))
    page.goto(f"/admin/django_recsys/trainingrun/{run.pk}/change/")
    status = page.locator(".recsys-status")
    playwright.expect(status).to_contain_text("fit")
    TrainingRun.objects.filter(pk=run.pk).update(stage="publish", progress=0.8)
    playwright.expect(status).to_contain_text("publish", timeout=10_000)
    assert page.locator("progress").evaluate("bar => bar.value") == 0.8
    TrainingRun.objects.filter(pk=run.pk).update(status="failed", message="No room.")
    playwright.expect(status).to_contain_text("No room.", timeout=10_000)
    assert page.locator("[data-recsys-status]").count() == 0
    assert failures == []
