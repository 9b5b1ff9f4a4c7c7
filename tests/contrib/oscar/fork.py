"""A project that forks Oscar's catalogue and order apps; a program to run.

FOLDER names an empty folder for the forks: python -m tests.contrib.oscar.fork FOLDER
"""

import json
import os
import sys
from pathlib import Path
from textwrap import dedent

SETTINGS = """
    from tests.contrib.oscar.settings import *
    from tests.contrib.oscar.settings import INSTALLED_APPS

    FORKED = {
        "oscar.apps.catalogue.apps.CatalogueConfig":
            "forks.catalogue.apps.CatalogueConfig",
        "oscar.apps.order.apps.OrderConfig": "forks.order.apps.OrderConfig",
    }
    INSTALLED_APPS = [FORKED.get(name, name) for name in INSTALLED_APPS]
"""
PRODUCT = """
    from django.db import models
    from oscar.apps.catalogue.abstract_models import AbstractProduct

    class Product(AbstractProduct):
        origin = models.CharField(max_length=40, blank=True)

    from oscar.apps.catalogue.models import *
"""
LINE = """
    from django.db import models
    from oscar.apps.order.abstract_models import AbstractLine

    class Line(AbstractLine):
        engraving = models.CharField(max_length=40, blank=True)

    from oscar.apps.order.models import *
"""


def main() -> None:
    folder = Path(sys.argv[1])
    sys.path.insert(0, str(folder))
    if sys.argv[2:] == ["fork"]:
        fork(folder)
    else:
        sell()


def fork(folder: Path) -> None:
    """Write the two apps by Oscar's own command, and a column into each."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.contrib.oscar.settings"
    django.setup()
    from django.core.management import call_command

    (folder / "forks").mkdir()
    (folder / "forks" / "__init__.py").touch()
    os.chdir(folder)
    for label in ("catalogue", "order"):
        call_command("oscar_fork_app", label, "forks", verbosity=0)
    (folder / "forks" / "catalogue" / "models.py").write_text(dedent(PRODUCT))
    (folder / "forks" / "order" / "models.py").write_text(dedent(LINE))
    (folder / "forked_settings.py").write_text(dedent(SETTINGS))


def sell() -> None:
    """Look at a product and buy it; print what we made of it."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "forked_settings"
    django.setup()
    from django.core.checks import run_checks
    from django.core.management import call_command
    from django.test import Client
    from django.utils import timezone
    from oscar.core.loading import get_model

    from django_recsys.catalog import get_catalog
    from django_recsys.models import Interaction
    from django_recsys.tracking import backfill
    from tests.contrib.oscar.conftest import BROWSER, OscarShop

    call_command("makemigrations", "catalogue", "order", verbosity=0)
    call_command("migrate", verbosity=0)
    shop = OscarShop()
    user, kettle = shop.users[0], shop.tea[0]
    client = Client(headers=BROWSER)
    client.force_login(user, "oscar.apps.customer.auth_backends.EmailBackend")
    status = client.get(kettle.get_absolute_url()).status_code
    shop.order(user, kettle, shop.tea[2])
    stored = Interaction.objects.values_list("kind", "item_id")
    seen = {
        "checks": [message.id for message in run_checks(tags=["recsys"])],
        "models": [
            get_model(*name).__module__
            for name in (("catalogue", "Product"), ("order", "Line"))
        ],
        "page": status,
        "stored": sorted(stored)
        == sorted(
            [
                ("view", str(kettle.pk)),
                ("purchase", str(kettle.pk)),
                ("purchase", str(shop.tea[2].pk)),
            ]
        ),
        "already recorded": backfill(now=timezone.now()).already_recorded,
        "described": any(
            record.title == "Kettle" for record in get_catalog().records()
        ),
    }
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
