"""Who may train now: one row, taken by compare-and-swap on any database."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class LeaseManager(models.Manager):
    """Takes, renews and returns leases by single conditional updates."""

    def take(self, name: str, holder: str, *, now: datetime, ttl: timedelta) -> bool:
        """Take the lease if it is free or has run out; say whether it is ours."""
        self.get_or_create(name=name)
        free = Q(holder="") | Q(expires_at__lt=now) | Q(holder=holder)
        return self._swap(Q(name=name) & free, holder, now + ttl)

    def renew(self, name: str, holder: str, *, now: datetime, ttl: timedelta) -> bool:
        """Prolong our lease; False where somebody else holds it by now."""
        return self._swap(Q(name=name, holder=holder), holder, now + ttl)

    def give_back(self, name: str, holder: str) -> bool:
        """End our lease; a lease of somebody else is left alone."""
        return self._swap(Q(name=name, holder=holder), "", None)

    def _swap(self, condition: Q, holder: str, expires_at: datetime | None) -> bool:
        changed = self.filter(condition).update(holder=holder, expires_at=expires_at)
        return changed == 1


class Lease(models.Model):
    """A named right that one process holds for a while."""

    name = models.CharField(_("name"), max_length=64, primary_key=True)
    holder = models.CharField(_("holder"), max_length=191, blank=True, default="")
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)

    objects = LeaseManager()

    class Meta:
        verbose_name = _("lease")
        verbose_name_plural = _("leases")

    def __str__(self) -> str:
        return f"{self.name}: {self.holder or '-'}"
