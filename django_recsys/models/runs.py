"""Trainings: asked for, running, ended."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .recommenders import RecommenderConfig, TrainedModel


class TrainingRunQuerySet(models.QuerySet):
    """Business questions about training runs."""

    def queued(self) -> TrainingRunQuerySet:
        """Those that wait for a worker or a tick, oldest first."""
        return self.filter(status=TrainingRun.Status.QUEUED).order_by("pk")

    def trainings(self) -> TrainingRunQuerySet:
        """Those that train: a search for settings is none."""
        return self.filter(purpose=TrainingRun.Purpose.TRAIN)

    def running(self) -> TrainingRunQuerySet:
        """Those that some process works on, or worked on when it died."""
        return self.filter(status=TrainingRun.Status.RUNNING)


class TrainingRun(models.Model):
    """One training or tuning of one recommender, with what it measured."""

    class Status(models.TextChoices):
        """Where a run stands."""

        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        PROMOTED = "promoted", _("trained and live")
        WAITING = "waiting", _("trained, waits for promotion")
        REFUSED = "refused", _("trained, not better")
        TUNED = "tuned", _("tuned")
        FAILED = "failed", _("failed")

    class Purpose(models.TextChoices):
        """What a run is for."""

        TRAIN = "train", _("training")
        TUNE = "tune", _("tuning")

    recommender = models.ForeignKey(
        RecommenderConfig,
        verbose_name=_("recommender"),
        on_delete=models.CASCADE,
        related_name="runs",
    )
    purpose = models.CharField(
        _("purpose"), max_length=8, choices=Purpose.choices, default=Purpose.TRAIN
    )
    budget_seconds = models.PositiveIntegerField(
        _("seconds to tune"), null=True, blank=True
    )
    status = models.CharField(
        _("status"), max_length=16, choices=Status.choices, default=Status.QUEUED
    )
    trigger = models.CharField(_("started by"), max_length=64, default="command")
    """"schedule", "command", or the admin user's name."""

    is_forced = models.BooleanField(_("promoted whatever the gate says"), default=False)
    stage = models.CharField(_("stage"), max_length=32, blank=True, default="")
    progress = models.FloatField(_("progress"), default=0.0)
    """Share of the work done, from 0 to 1."""

    message = models.TextField(_("message"), blank=True, default="")
    metrics = models.JSONField(_("metrics"), default=dict)
    """The gate's comparison; see `django_recsys.training.release.gate`."""

    preparation = models.JSONField(_("data preparation"), default=dict)
    stage_seconds = models.JSONField(_("seconds per stage"), default=dict)
    peak_rss_bytes = models.PositiveBigIntegerField(_("peak memory"), default=0)
    trained_model = models.ForeignKey(
        TrainedModel,
        verbose_name=_("trained model"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="runs",
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    objects = TrainingRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("training run")
        verbose_name_plural = _("training runs")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["status"], name="recsys_run_status")]

    def __str__(self) -> str:
        return f"{self.recommender} #{self.pk}"

    @property
    def is_finished(self) -> bool:
        """Whether nothing will happen to this run any more."""
        return self.status not in (self.Status.QUEUED, self.Status.RUNNING)

    @property
    def duration(self) -> timedelta | None:
        """Time from start to end, None while it is not known."""
        if self.started_at is None or self.finished_at is None:
            return None
        return self.finished_at - self.started_at
