"""The host's RECSYS dict as one frozen, typed object.

Reading settings never raises: an unknown key or a wrong type keeps its default here
and is reported by the system checks (`django_recsys.checks`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver

from django_recsys.learning import KIND_WEIGHTS


def setting(
    default: Any, *types: type, factory: bool = False, built: bool = True
) -> Any:
    """Declare one key of RECSYS: its default, the types it takes, whether it works."""
    metadata = {"types": types, "built": built}
    if factory:
        return field(default_factory=default, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, kw_only=True)
class RecsysSettings:
    """The keys of RECSYS; `docs/reference/settings.md` says what each means."""

    ITEM_MODEL: str | list[str] | None = setting(None, str, list, tuple)
    ITEM_QUERYSET: str | None = setting(None, str)
    ITEM_FIELDS: Mapping[str, str] = setting(dict, dict, factory=True)
    AVAILABLE: str | Mapping[str, Any] | None = setting(None, str, dict)
    CANONICAL: str | None = setting(None, str)
    PURCHASES: Mapping[str, Any] | list[Mapping[str, Any]] | None = setting(
        None, dict, list, tuple
    )
    HISTORY: str | None = setting(None, str)
    CATALOG: str = setting("django_recsys.catalog.ModelCatalog", str)
    INTERACTION_WEIGHTS: Mapping[str, float] = setting(dict, dict, factory=True)
    PRICE_FORMAT: str | None = setting(None, str)
    CONSENT: str | None = setting(None, str)
    CONSENT_COOKIE: str = setting("recsys_consent", str)
    SOCIAL_GRAPH: str | None = setting(None, str)
    SEGMENT: str | None = setting(None, str, built=False)
    CACHE: str = setting("default", str)
    DATABASE: str = setting("default", str)
    STORAGE: str | None = setting(None, str)
    TASKS: str = setting("tick", str)
    TRAINING_MINUTES: float = setting(240, int, float)
    TRAINING_MEMORY_MB: int | None = setting(None, int)
    WARM_START: bool = setting(False, bool)  # noqa: FBT003
    RESCORE_SECONDS: int = setting(20, int)
    ENABLED: bool = setting(True, bool)  # noqa: FBT003
    EVENT_BUFFER: str | None = setting(None, str, built=False)
    RETENTION_DAYS: int = setting(730, int)
    CATCH_UP_DAYS: int = setting(60, int)

    @property
    def weights(self) -> dict[str, float]:
        """What each kind of interaction says: the defaults under the host's own."""
        return {**KIND_WEIGHTS, **self.INTERACTION_WEIGHTS}

    @property
    def item_models(self) -> tuple[str, ...]:
        """The labels of the item models; empty where none is configured."""
        if not self.ITEM_MODEL:
            return ()
        if isinstance(self.ITEM_MODEL, str):
            return (self.ITEM_MODEL,)
        return tuple(self.ITEM_MODEL)

    @property
    def purchase_sources(self) -> tuple[Mapping[str, Any], ...]:
        """The PURCHASES dicts, one or several."""
        if not self.PURCHASES:
            return ()
        if isinstance(self.PURCHASES, Mapping):
            return (self.PURCHASES,)
        return tuple(self.PURCHASES)


def is_acceptable(value: Any, types: tuple[type, ...]) -> bool:
    """Say whether a host's value has one of the types that its key takes."""
    if isinstance(value, bool) and bool not in types:
        return False
    return value is None or isinstance(value, types)


def get_settings() -> RecsysSettings:
    """Return the host's settings; unusable entries keep their default.

    An installed app may bring defaults of its own, as `contrib.oscar` does: a dict
    `recsys_defaults` on its AppConfig. What the host writes stands above it.
    """
    return remembered_settings() if apps.apps_ready else read_settings()


def read_settings() -> RecsysSettings:
    """Read RECSYS, and what installed apps know better than we do."""
    configured = getattr(settings, "RECSYS", None)
    layers = [getattr(app, "recsys_defaults", {}) for app in apps.app_configs.values()]
    layers.append(configured if isinstance(configured, Mapping) else {})
    usable = {}
    for declared in fields(RecsysSettings):
        for layer in layers:
            value = layer.get(declared.name)
            if value is not None and is_acceptable(value, declared.metadata["types"]):
                usable[declared.name] = value
    return RecsysSettings(**usable)


remembered_settings = cache(read_settings)


@receiver(setting_changed, dispatch_uid="django_recsys.conf")
def forget_settings(*, setting: str, **kwargs: Any) -> None:
    """Read RECSYS again after a test has overridden it."""
    if setting == "RECSYS":
        remembered_settings.cache_clear()
