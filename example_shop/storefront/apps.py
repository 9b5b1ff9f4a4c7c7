from importlib import import_module

from django.apps import AppConfig
from django.conf import settings


class StorefrontConfig(AppConfig):
    name = "example_shop.storefront"

    def ready(self):
        if settings.REDIS_URL:
            import_module("example_shop.celery")  # tasks must find their broker
