from importlib import import_module

from django.apps import AppConfig


class HouseConfig(AppConfig):
    name = "tests.hosts.toys.house"

    def ready(self) -> None:
        import_module("tests.hosts.toys.house.checks")
