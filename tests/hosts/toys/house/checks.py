"""A check that the host had before the plugin came."""

from typing import Any

from django.core.checks import CheckMessage, Warning, register


@register()
def check_house(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    return [Warning("The house is small.", id="house.W001")]
