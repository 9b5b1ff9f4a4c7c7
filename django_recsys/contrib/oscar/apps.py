"""The app: what an Oscar shop need not write into its settings."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

PACKAGE = "django_recsys.contrib.oscar"


class OscarRecsysConfig(AppConfig):
    """Brings the settings of an Oscar shop, and listens to it."""

    name = PACKAGE
    label = "django_recsys_oscar"
    verbose_name = _("Recommendations for Oscar")
    default_auto_field = "django.db.models.BigAutoField"

    recsys_defaults = {
        "ITEM_MODEL": "catalogue.Product",
        "CATALOG": f"{PACKAGE}.catalogue.OscarCatalog",
        "HISTORY": f"{PACKAGE}.history.past",
        "PURCHASES": {
            "model": "order.Line",
            "item": "product",
            "user": "order__user",
            "email": "order__guest_email",
            "at": "order__date_placed",
            "reference": "order__number",
            "line": "pk",
            "quantity": "quantity",
            "price": "unit_price_incl_tax",
        },
    }

    def ready(self) -> None:
        """Register the checks, and listen where this is an Oscar shop."""
        checks = import_module(f"{PACKAGE}.checks")
        if checks.is_oscar():
            import_module(f"{PACKAGE}.receivers").connect_oscar()
