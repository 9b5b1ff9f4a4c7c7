"""Placements: the declared ones, and what the shop changed about them."""

from dataclasses import asdict
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST

from django_recsys.models import (
    DEFAULT_RECOMMENDERS,
    Placement,
    RecommenderConfig,
    TrainingRun,
)
from django_recsys.serving import DECLARED, PlacementRule, get_live_models, rule_of

from .buttons import address_of


def known_recommenders() -> list[str]:
    """Return the keys that a placement may name."""
    configs = RecommenderConfig.objects.filter(parent__isnull=True)  # no drafts
    stored = configs.values_list("key", flat=True)
    return sorted({*DEFAULT_RECOMMENDERS, *stored})


class KeysField(forms.CharField):
    """Keys of recommenders, in order, with commas between."""

    def prepare_value(self, value: Any) -> Any:
        """Show a list as a line."""
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Read the line; refuse what is no recommender."""
        if isinstance(value, list):
            return value
        keys = [key.strip() for key in (value or "").split(",") if key.strip()]
        unknown = [key for key in keys if key not in known_recommenders()]
        if unknown:
            raise forms.ValidationError(
                _("There is no recommender %(key)s; there are: %(known)s.")
                % {"key": unknown[0], "known": ", ".join(known_recommenders())}
            )
        return list(dict.fromkeys(keys))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare as lines."""
        return super().has_changed(self.prepare_value(initial), data)


class PlacementForm(forms.ModelForm):
    """What fills a slot, from names that exist."""

    recommender = forms.ChoiceField(
        required=False, help_text=gettext_lazy("Whose lists are shown first.")
    )
    fallbacks = KeysField(
        required=False,
        help_text=gettext_lazy(
            "Recommenders that fill a short list, in order, with commas between."
        ),
    )

    class Meta:
        """All columns."""

        model = Placement
        fields = [
            "key",
            "title",
            "basis",
            "recommender",
            "fallbacks",
            "size",
            "excludes_purchased",
            "follows_visitor",
            "is_enabled",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "recommender" in self.fields:
            keys = {*known_recommenders(), self.instance.recommender} - {""}
            choices = [("", "-"), *((key, key) for key in sorted(keys))]
            self.fields["recommender"].choices = choices


@admin.register(Placement)
class PlacementAdmin(admin.ModelAdmin):
    """Rows override what is declared; to delete one goes back to the declaration."""

    form = PlacementForm
    list_display = ["key", "title", "basis", "filled_by", "size", "is_enabled"]

    class Media:
        """The look of the list of declared placements."""

        css = {"all": ["django_recsys/admin.css"]}

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.customise))
        own = path(
            "customise/<slug:key>/", view, name="django_recsys_placement_customise"
        )
        return [own, *super().get_urls()]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if obj is None else ["key"]

    @admin.display(description=gettext_lazy("filled by"))
    def filled_by(self, row: Placement) -> str:
        """Name the recommenders in order and mark those that serve nothing."""
        return shown_sources(rule_of(row))

    def changelist_view(
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        """Show the declared placements below the rows."""
        stored = set(Placement.objects.values_list("key", flat=True))
        declared = [
            {"rule": rule, "sources": shown_sources(rule)}
            for key, rule in DECLARED.items()
            if key not in stored
        ]
        context = {**(extra_context or {}), "recsys_declared": declared}
        return super().changelist_view(request, context)

    def customise(self, request: HttpRequest, key: str) -> HttpResponse:
        """Make a row of a declared placement and open it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        rule = DECLARED.get(key)
        if rule is None:
            raise Http404
        values = {**asdict(rule), "fallbacks": list(rule.fallbacks), "title": ""}
        row, is_new = Placement.objects.get_or_create(key=key, defaults=values)
        if is_new:
            self.log_addition(request, row, "customise")
            messages.info(request, _("Delete this row to go back to what is built in."))
        return redirect(address_of(row))


def shown_sources(rule: PlacementRule) -> str:
    """Return the recommenders in order; those that never served are marked."""
    serving = get_live_models().pointers
    marks = (
        (
            key,
            "" if key in serving else format_html(" <em>({})</em>", why_not_live(key)),
        )
        for key in rule.sources
    )
    basis = str(dict(Placement.Basis.choices)[rule.basis])
    return format_html_join(" → ", "{}{}", marks) or basis


def why_not_live(key: str) -> str:
    """Say why a recommender serves nothing, by its last training."""
    runs = TrainingRun.objects.trainings().filter(recommender__key=key)
    last = runs.order_by("-pk").first()
    return _("not trained yet") if last is None else str(last.get_status_display())
