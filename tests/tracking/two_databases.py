"""A host whose shop and whose rows of ours lie in two databases; a program to run.

RECSYS_TEST_FOLDER=... python -m tests.tracking.two_databases
"""

import json
import os

SETTINGS = "tests.tracking.two_databases_settings"


def main() -> None:
    """Record inside and outside of transactions of both; print what is stored when."""
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import transaction

    from django_recsys.models import Interaction
    from django_recsys.tracking import backfill, record_interaction
    from tests.hosts.shop.models import Order, OrderLine, Product

    for alias in ("default", "recsys"):
        call_command("migrate", run_syncdb=True, verbosity=0, database=alias)
    user = User.objects.create_user("ada")
    product = Product.objects.create(name="Lamp")
    seen = {}

    def view() -> None:
        record_interaction(user=user, item=product, kind="view")

    def count() -> int:
        return Interaction.objects.count()

    with transaction.atomic():
        view()
        seen["inside the shop's transaction"] = count()
    seen["after its commit"] = count()
    with transaction.atomic():
        view()
        transaction.set_rollback(True)
    seen["after a rollback"] = count()
    with transaction.atomic(), transaction.atomic(using="recsys"):
        view()
        seen["inside both"] = count()
    seen["after both"] = count()
    order = Order.objects.create(number="A1", user=user)
    with transaction.atomic():
        OrderLine.objects.create(order=order, product=product)
    seen["after a line"] = count()
    from django.utils import timezone

    seen["already recorded"] = backfill(now=timezone.now()).already_recorded
    user.delete()
    seen["after the user is gone"] = count()
    seen["alias"] = Interaction.objects.db
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
