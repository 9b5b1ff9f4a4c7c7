"""Pages, endpoints and forms load nothing heavy, seen in a process of its own."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

PROGRAM = """
    import sys
    import django
    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.test import Client
    from tests.factories import make_products, make_serving_model, store_list
    call_command("migrate", run_syncdb=True, verbosity=0)
    from django_recsys.learning.registry import ALGORITHMS
    from django_recsys.models import RecommenderConfig
    boss = User.objects.create_superuser("boss")
    store_list(make_serving_model("ease"), f"user:{boss.pk}", make_products(5))
    client = Client(headers={"user-agent": "Mozilla/5.0"})
    client.force_login(boss)
    assert "Product 1" in client.get("/").content.decode()
    for path in ("recommendations/", "items/1/similar/", "placements/trending/"):
        assert client.get("/recsys/" + path).status_code == 200
    event = '{"kind": "view", "item_id": "1"}'
    answer = client.post("/recsys/events/", event, "application/json")
    assert answer.status_code == 202
    for algorithm in ALGORITHMS:
        config = RecommenderConfig.objects.named(algorithm)
        page = f"/admin/django_recsys/recommenderconfig/{config.pk}/change/"
        assert client.get(page).status_code == 200
        assert client.post(page, {
            "schedule": "interval", "every_hours": 24, "gate": "ask", "list_length": 60,
        }).status_code == 302
    for name in ("recommenderconfig", "placement", "trainingrun", "trainedmodel"):
        assert client.get(f"/admin/django_recsys/{name}/").status_code == 200
    client.post(page.replace("change", "train"))
    assert client.get("/admin/django_recsys/trainingrun/1/change/").status_code == 200
    call_command("recsys_recommend", "boss", verbosity=0, stdout=open("/dev/null", "w"))
    heavy = {"implicit", "joblib", "pandas", "pyarrow", "scipy", "sklearn", "torch"}
    print(sorted(heavy & set(sys.modules)))
"""


def test_nothing_heavy_is_loaded():
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(PROGRAM)],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "RECSYS_TEST_DATABASE_URL": "sqlite://",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip() == "[]"
