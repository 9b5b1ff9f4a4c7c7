"""Who may train now: one row, taken by compare-and-swap on any database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class DatabaseNow(Now):
    """The database's clock when the statement runs, which all processes share."""

    def as_mysql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Take the clock that no change of a time zone moves."""
        template = "UTC_TIMESTAMP(6)"
        return self.as_sql(compiler, connection, template=template, **context)


class LeaseManager(models.Manager["Lease"]):
    """Takes, renews and returns leases by single conditional updates.

    All times are the database's own: a process that was stopped, or whose clock is
    wrong, neither takes a lease that is over nor steals one that is not.
    """

    def take(self, name: str, holder: str, *, ttl: timedelta) -> bool:
        """Take the lease if it is free or has run out; say whether it is ours."""
        self.get_or_create(name=name)
        has_ended = Q(expires_at__lt=DatabaseNow())
        # Nobody holds one for so long: the clock was ahead when it was taken.
        is_impossible = Q(expires_at__gt=DatabaseNow() + 2 * ttl)
        free = Q(holder="") | Q(holder=holder) | has_ended | is_impossible
        return self._swap(Q(name=name) & free, holder, DatabaseNow() + ttl)

    def renew(self, name: str, holder: str, *, ttl: timedelta) -> bool:
        """Prolong our lease; False where somebody else holds it by now."""
        held = Q(name=name, holder=holder)
        return self._swap(held, holder, DatabaseNow() + ttl)

    def give_back(self, name: str, holder: str) -> bool:
        """End our lease; a lease of somebody else is left alone."""
        return self._swap(Q(name=name, holder=holder), "", None)

    def is_held(self, name: str, holder: str) -> bool:
        """Say whether it is ours; in a transaction it stays so until the commit."""
        held = self.select_for_update().filter(name=name, holder=holder)
        return held.values_list("pk", flat=True).first() is not None

    def _swap(self, condition: Q, holder: str, expires_at: Any) -> bool:
        changed = self.filter(condition).update(holder=holder, expires_at=expires_at)
        return changed == 1


class Lease(models.Model):
    """A named right that one process holds for a while."""

    name = models.CharField(_("name"), max_length=64, primary_key=True)
    holder = models.CharField(_("holder"), max_length=191, blank=True, default="")
    """Another one each time that it is taken, so that it fences off former holders."""
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)

    objects = LeaseManager()

    class Meta:
        verbose_name = _("lease")
        verbose_name_plural = _("leases")

    def __str__(self) -> str:
        return f"{self.name}: {self.holder or '-'}"
