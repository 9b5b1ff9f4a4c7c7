"""Who must stay light stays light, each seen in a process of its own."""

import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def test_engine_loads_no_framework():
    loaded = run(
        """
        import sys
        import django_recsys.learning
        heavy = {"celery", "django", "redis", "rest_framework", "torch"}
        print(sorted(heavy & set(sys.modules)))
        """
    )
    assert loaded == "[]"


def test_served_page_loads_no_scientific_library_but_numpy():
    loaded = run(
        """
        import os, sys
        os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
        import django
        django.setup()
        from django.contrib.auth.models import User
        from django.core.management import call_command
        from django.test import Client
        call_command("migrate", verbosity=0)
        from tests.hosts.shop.models import Product
        for number in range(20):
            Product.objects.create(name=f"Product {number}")
        client = Client()
        client.force_login(User.objects.create_user("ada"))
        assert client.get("/").status_code == 200
        assert client.get("/products/1/").status_code == 200
        heavy = {"implicit", "pandas", "scipy", "sklearn", "torch"}
        print(sorted(heavy & set(sys.modules)))
        """
    )
    assert loaded == "[]"
