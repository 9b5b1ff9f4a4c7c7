"""Recommender configurations and the trained models that they produced."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from django_recsys.learning import (
    RecsysError,
    get_recommender_class,
    validate_hyperparameters,
    weight_problem,
)

# What a shop has before anybody opened the admin. They are rows as soon as something
# is trained; a data migration would vanish in the flush of a host's tests.
DEFAULT_RECOMMENDERS = (
    "popular",
    "trending",
    "item_knn",
    "ease",
    "bought_together",
    "buy_again",
)


class RecommenderConfigManager(models.Manager):
    """Creates the configurations that exist without anybody's doing."""

    def ensure_defaults(self) -> None:
        """Create the default configurations that are missing."""
        present = set(self.values_list("key", flat=True))
        for key in DEFAULT_RECOMMENDERS:
            if key not in present:
                self.get_or_create(key=key, defaults={"algorithm": key})

    def named(self, key: str) -> RecommenderConfig:
        """Return the configuration, made on the spot for an algorithm's own name.

        Raises `RecsysError`, naming the known algorithms, for any other key.
        """
        config = self.filter(key=key).first()
        if config is None:
            get_recommender_class(key)
            config, _created = self.get_or_create(key=key, defaults={"algorithm": key})
        return config


class RecommenderConfig(models.Model):
    """An algorithm with its settings, its schedule and its gate."""

    class Schedule(models.TextChoices):
        """When the tick starts a training."""

        INTERVAL = "interval", _("every n hours")
        DAILY = "daily", _("daily at a time")
        MANUAL = "manual", _("only by hand")

    class Gate(models.TextChoices):
        """What happens to a model that passed the comparison."""

        AUTOMATIC = "automatic", _("put live when better")
        ASK = "ask", _("wait for a person")
        NEVER = "never", _("never put live")

    key = models.SlugField(_("key"), max_length=64, unique=True)
    algorithm = models.CharField(_("algorithm"), max_length=64)
    hyperparameters = models.JSONField(_("hyper-parameters"), default=dict, blank=True)
    interaction_weights = models.JSONField(
        _("interaction weights"),
        default=dict,
        blank=True,
        help_text=_("Kind to weight; kinds left out keep the setting's weight."),
    )
    half_life_days = models.FloatField(
        _("half-life in days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0.01)],
        help_text=_("Interactions lose half of their weight in this time."),
    )
    schedule = models.CharField(
        _("schedule"),
        max_length=16,
        choices=Schedule.choices,
        default=Schedule.INTERVAL,
    )
    every_hours = models.PositiveSmallIntegerField(
        _("every n hours"), default=24, validators=[MinValueValidator(1)]
    )
    daily_at = models.TimeField(_("daily at"), null=True, blank=True)
    gate = models.CharField(
        _("gate"), max_length=16, choices=Gate.choices, default=Gate.AUTOMATIC
    )
    list_length = models.PositiveSmallIntegerField(
        _("stored list length"),
        default=60,
        validators=[MinValueValidator(10), MaxValueValidator(500)],
    )
    is_enabled = models.BooleanField(_("enabled"), default=True)
    serving = models.ForeignKey(
        "TrainedModel",
        verbose_name=_("serving model"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    """The pointer: the one thing that decides what visitors see."""

    parent = models.ForeignKey(
        "self",
        verbose_name=_("draft of"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        editable=False,
        related_name="drafts",
    )
    """Set on a draft: the configuration whose settings it would replace."""

    tuning = models.JSONField(_("tuning"), default=dict, blank=True, editable=False)
    """Of a draft: what the search found and what it would gain."""

    objects = RecommenderConfigManager()

    class Meta:
        verbose_name = _("recommender")
        verbose_name_plural = _("recommenders")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key

    @property
    def is_draft(self) -> bool:
        """Whether this waits beside a live configuration to be adopted."""
        return self.parent_id is not None

    def clean(self) -> None:
        """Refuse an unknown algorithm or hyper-parameters outside their ranges."""
        try:
            recommender_class = get_recommender_class(self.algorithm)
        except RecsysError as error:
            raise ValidationError({"algorithm": str(error)}) from error
        try:
            self.hyperparameters = validate_hyperparameters(
                recommender_class, self.hyperparameters
            )
        except (RecsysError, ValueError, TypeError) as error:
            raise ValidationError({"hyperparameters": str(error)}) from error
        problems = [
            problem
            for kind, weight in self.interaction_weights.items()
            if (problem := weight_problem(kind, weight))
        ]
        if problems:
            raise ValidationError({"interaction_weights": problems})
        if self.schedule == self.Schedule.DAILY and self.daily_at is None:
            raise ValidationError({"daily_at": _("Give the time of day.")})

    def due_at(self, last_start: datetime | None, *, now: datetime) -> datetime | None:
        """Return when the next training should start; None where only by hand.

        Times of day are in the project's own time zone.
        """
        if self.schedule == self.Schedule.MANUAL or not self.is_enabled:
            return None
        if last_start is None:
            return now
        if self.schedule == self.Schedule.INTERVAL:
            return last_start + timedelta(hours=self.every_hours)
        # Where USE_TZ is off, moments are of that zone already.
        is_aware = timezone.is_aware(last_start)
        local = timezone.localtime(last_start) if is_aware else last_start
        at = self.daily_at or local.time()
        due = local.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
        return due if due > local else due + timedelta(days=1)


class TrainedModelQuerySet(models.QuerySet):
    """Business questions about trained models."""

    def promotable(self) -> TrainedModelQuerySet:
        """Those whose lists are complete, so that the pointer may move to them."""
        return self.filter(published_at__isnull=False)


class TrainedModel(models.Model):
    """The stored, versioned result of one training."""

    recommender = models.ForeignKey(
        RecommenderConfig,
        verbose_name=_("recommender"),
        on_delete=models.CASCADE,
        related_name="trained_models",
    )
    version = models.PositiveIntegerField(_("version"))
    algorithm = models.CharField(_("algorithm"), max_length=64)
    hyperparameters = models.JSONField(_("hyper-parameters"), default=dict)
    interaction_weights = models.JSONField(_("interaction weights"), default=dict)
    half_life_days = models.FloatField(_("half-life in days"), null=True, blank=True)
    artifact = models.CharField(_("artifact"), max_length=255, blank=True, default="")
    """Name in the storage; made of the digest of its content."""

    metrics = models.JSONField(_("metrics"), default=dict)
    data_until = models.DateTimeField(_("data until"))
    """Interactions recorded after this moment are not in the model."""

    users = models.PositiveIntegerField(_("users"), default=0)
    items = models.PositiveIntegerField(_("items"), default=0)
    interactions = models.PositiveBigIntegerField(_("interactions"), default=0)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    """When its last list was written; null while lists are incomplete."""

    promoted_at = models.DateTimeField(_("promoted at"), null=True, blank=True)

    objects = TrainedModelQuerySet.as_manager()

    class Meta:
        verbose_name = _("trained model")
        verbose_name_plural = _("trained models")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["recommender", "version"], name="recsys_trained_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.recommender} v{self.version}"

    @property
    def is_serving(self) -> bool:
        """Whether visitors see this model's lists."""
        return self.recommender.serving_id == self.pk
