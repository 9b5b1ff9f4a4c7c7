from django.apps import AppConfig


class BasketConfig(AppConfig):
    name = "example_shop.basket"
