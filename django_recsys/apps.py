"""The app: one label, one set of migrations."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

RECEIVERS = {
    "tracking.receivers": "connect_tracking",
    "serving.receivers": "connect_serving",
    "operations.rescore_requests": "connect_rescoring",
}


class RecsysConfig(AppConfig):
    """Registers the checks and connects the receivers."""

    name = "django_recsys"
    label = "django_recsys"
    verbose_name = _("Recommendations")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what must listen from the start."""
        import_module("django_recsys.checks")
        for module, connect in RECEIVERS.items():
            getattr(import_module(f"django_recsys.{module}"), connect)()
