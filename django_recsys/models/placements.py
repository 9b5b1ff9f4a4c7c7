"""Placement rows: what a merchant changed about a slot on a page."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Placement(models.Model):
    """A row overrides the placement of the same key that is declared in code."""

    class Basis(models.TextChoices):
        """What the list is computed from."""

        VISITOR = "visitor", _("the visitor's stored list")
        ITEMS = "items", _("the items on the page")
        RECENT = "recent", _("the items that the visitor looked at")
        HISTORY = "history", _("the visitor's own recent views, as they are")
        EVERYONE = "everyone", _("one list for everyone")

    key = models.SlugField(_("key"), max_length=64, unique=True)
    title = models.CharField(_("title"), max_length=120, blank=True, default="")
    basis = models.CharField(_("basis"), max_length=16, choices=Basis.choices)
    recommender = models.CharField(
        _("recommender"), max_length=64, blank=True, default=""
    )
    fallbacks = models.JSONField(
        _("fallbacks"),
        default=list,
        blank=True,
        help_text=_("Keys of recommenders that fill a short list, in order."),
    )
    size = models.PositiveSmallIntegerField(
        _("size"), default=12, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    excludes_purchased = models.BooleanField(
        _("leave out what the visitor bought"), default=False
    )
    follows_visitor = models.BooleanField(
        _("follow what the visitor did since the training"), default=False
    )
    is_enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("placement")
        verbose_name_plural = _("placements")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key
