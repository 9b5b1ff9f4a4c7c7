"""That somebody was erased, and when: kept so that nothing brings them back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _


class ErasureManager(models.Manager["Erasure"]):
    """Notes erasures, and says who was erased."""

    def note(self, visitor_key: str, *, now: datetime) -> None:
        """Note that a visitor is erased now."""
        self.update_or_create(visitor=hash_of(visitor_key), defaults={"erased_at": now})

    def moments(self) -> dict[str, datetime]:
        """Return when whom, by the hash of the key: one query over a small table."""
        return dict(self.values_list("visitor", "erased_at"))

    def erased_since(self, moment: datetime, visitor_keys: Iterable[str]) -> list[str]:
        """Return those of the visitors that were erased at a moment or later."""
        erased = set(
            self.filter(erased_at__gte=moment).values_list("visitor", flat=True)
        )
        return [key for key in visitor_keys if hash_of(key) in erased] if erased else []


class Erasure(models.Model):
    """A visitor who was erased, by a keyed hash that leads to no key."""

    visitor = models.CharField(_("visitor"), max_length=64, unique=True)
    erased_at = models.DateTimeField(_("erased at"), db_index=True)

    objects = ErasureManager()

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")

    def __str__(self) -> str:
        return f"{self.visitor[:8]} at {self.erased_at:%Y-%m-%d}"


def hash_of(visitor_key: str) -> str:
    """Return the keyed hash under which an erasure is noted."""
    digest = salted_hmac("django_recsys.erasure", visitor_key, algorithm="sha256")
    return digest.hexdigest()
