from django.apps import AppConfig


class StorefrontConfig(AppConfig):
    name = "example_shop.storefront"
