"""Recommenders: tune, train now, roll back."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.forms import FloatField
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from django_recsys.exceptions import ConfigurationError
from django_recsys.models import RecommenderConfig, TrainedModel, TrainingRun
from django_recsys.training import (
    adopt,
    next_start,
    request_training,
    request_tuning,
    roll_back,
)

from .buttons import ButtonsMixin, address_of, person
from .comparing import compared
from .hyperparameter_fields import advice_for, fields_of
from .moments import readable
from .recommender_forms import NewRecommenderForm, form_of, weight_fields

FEWEST_MINUTES, MOST_MINUTES = 0.1, 24 * 60


@admin.register(RecommenderConfig)
class RecommenderConfigAdmin(ButtonsMixin, admin.ModelAdmin):
    """One page for each recommender."""

    list_display = ["key", "algorithm", "serves", "last_run", "next_run", "is_enabled"]
    actions = ["train_selected"]
    list_select_related = ["serving"]
    buttons = {
        "train": "train",
        "tune": "tune",
        "adopt": "adopt",
        "roll-back": "roll_back",
    }
    confirmed = {
        "adopt": lambda config: (
            _("Give the settings of %(draft)s to %(live)s, for its next training?")
            % {"draft": config.key, "live": config.parent or config.key}
        ),
        "roll-back": lambda config: (
            _("%(model)s serves now. Go back to the model that served before it?")
            % {"model": config.serving or config.key}
        ),
    }

    def changelist_view(
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        """Show what every shop has from the first look."""
        RecommenderConfig.objects.ensure_defaults()
        return super().changelist_view(request, extra_context)

    # The form

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Return the form with the fields of this row's algorithm."""
        form = NewRecommenderForm if obj is None else form_of(obj.algorithm)
        return super().get_form(request, obj, form=form, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return (
            []
            if obj is None
            else ["key", "algorithm", "serves", "last_run", "next_run", "would_gain"]
        )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [(None, {"fields": ["key", "algorithm"]})]
        may_change = self.has_change_permission(request, obj)
        # A user with view permission only sees the columns, which need no form.
        learns = [*fields_of(obj.algorithm)] if may_change else ["hyperparameters"]
        weighs = [*weight_fields()] if may_change else ["interaction_weights"]
        state = ["key", "algorithm", "serves", "last_run", "next_run", "is_enabled"]
        when = ["schedule", "every_hours", "daily_at"]
        gain = [(_("What it would gain"), {"fields": ["would_gain"]})]
        return [
            (None, {"fields": state}),
            *(gain if obj.is_draft else []),
            (
                _("How it learns"),
                {"fields": learns, "description": advice_for(obj.algorithm)},
            ),
            (
                _("What interactions say"),
                {"fields": [*weighs, "half_life_days"], "classes": ["collapse"]},
            ),
            (_("When it is trained"), {"fields": when}),
            (_("What is put live"), {"fields": ["gate", "list_length"]}),
        ]

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: Any = None
    ) -> HttpResponse:
        """Go on to the page where the new recommender can be tuned."""
        if "_addanother" not in request.POST and "_popup" not in request.POST:
            request.POST = request.POST.copy()
            request.POST["_continue"] = "1"
        return super().response_add(request, obj, post_url_continue)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep what was trained: a row of it takes all its models and lists along.

        A recommender that is not wanted any more is disabled.
        """
        if obj is None or obj.trained_models.exists():
            return False
        return super().has_delete_permission(request, obj)

    # What stands beside it

    @admin.display(description=gettext_lazy("serving"))
    def serves(self, config: RecommenderConfig) -> Any:
        """Name the serving model, with its headline metric."""
        if config.serving is None:
            return _("nothing yet")
        return linked(config.serving, f"{config.serving}{headline(config.serving)}")

    @admin.display(description=gettext_lazy("last training"))
    def last_run(self, config: RecommenderConfig) -> Any:
        """Name the last training and how it ended."""
        run = config.runs.first()
        if run is None:
            return _("never")
        return linked(run, f"{readable(run.created_at)}: {run.get_status_display()}")

    @admin.display(description=gettext_lazy("next training"))
    def next_run(self, config: RecommenderConfig) -> Any:
        """Say when the tick will start the next one."""
        now = timezone.now()
        start = next_start(config, now)
        if start is None:
            return _("only by hand")
        return _("at the next tick") if start <= now else readable(start)

    @admin.display(description=gettext_lazy("draft"))
    def would_gain(self, draft: RecommenderConfig) -> str:
        """Show a draft beside the settings that it would replace."""
        return compared(draft.tuning)

    # Deeds

    def tune(self, request: HttpRequest, config: RecommenderConfig) -> Any:
        """Ask for a search within a budget and go where it can be watched."""
        run = request_tuning(
            config.key, minutes=minutes_of(request), trigger=person(request)
        )
        messages.success(request, _("The tuning is queued."))
        if run.message:
            messages.warning(request, run.message)
        return run

    def adopt(self, request: HttpRequest, draft: RecommenderConfig) -> Any:
        """Give a draft's settings to the live configuration and go there."""
        config = adopt(draft, by=person(request))
        messages.success(
            request,
            _("%(key)s has the settings of its draft; train it to use them.")
            % {"key": config.key},
        )
        return config

    def train(self, request: HttpRequest, config: RecommenderConfig) -> Any:
        """Ask for a training and go where it can be watched."""
        [run] = self.ask_for([config], request)
        return run

    def roll_back(self, request: HttpRequest, config: RecommenderConfig) -> Any:
        """Put the model live that served before."""
        model = roll_back(config, by=person(request))
        messages.success(request, _("%(model)s serves again.") % {"model": model})
        return config

    @admin.action(
        description=gettext_lazy("Train the selected recommenders now"),
        permissions=["change"],
    )
    def train_selected(self, request: HttpRequest, queryset: Any) -> None:
        """Ask for several trainings."""
        self.ask_for(queryset, request)

    def ask_for(self, configs: Any, request: HttpRequest) -> list[TrainingRun]:
        """Queue trainings and say what became of it."""
        keys = [config.key for config in configs]
        runs = request_training(keys, trigger=person(request))
        text = ngettext(
            "%(count)d training is queued.",
            "%(count)d trainings are queued.",
            len(runs),
        )
        messages.success(request, text % {"count": len(runs)})
        for run in runs:
            if run.message:
                messages.warning(request, run.message)
        return runs


def minutes_of(request: HttpRequest) -> float:
    """Return the budget that was typed; raises `ConfigurationError` for no number."""
    field = FloatField(min_value=FEWEST_MINUTES, max_value=MOST_MINUTES)
    try:
        return float(field.clean(request.POST.get("minutes")))
    except ValidationError as error:
        raise ConfigurationError(
            _("Minutes to tune: %(reason)s") % {"reason": " ".join(error.messages)}
        ) from error


def linked(row: Any, text: str) -> str:
    """Return a link to a row's page."""
    return format_html('<a href="{}">{}</a>', address_of(row), text)


def headline(model: TrainedModel) -> str:
    """Return the metric by which the gate decided, and what it was asked for.

    Figures of different tasks are worlds apart, and stand in one column here.
    """
    measured = model.metrics or {}
    name = measured.get("metric")
    value = (measured.get("model") or {}).get(name)
    if value is None:
        return ""
    task = measured.get("task", "").replace("-", " ")
    return f" ({', '.join(filter(None, (f'{name} {value:.4f}', task)))})"
