"""Trained models: compare them, put one live."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import F
from django.http import HttpRequest
from django.utils.translation import gettext as _, gettext_lazy

from django_recsys.exceptions import PromotionError
from django_recsys.models import TrainedModel
from django_recsys.training import promote

from .buttons import ButtonsMixin, ReadOnlyMixin, person
from .comparing import compared


@admin.register(TrainedModel)
class TrainedModelAdmin(ButtonsMixin, ReadOnlyMixin, admin.ModelAdmin):
    """Read only, but for which of them serves."""

    list_display = [
        "__str__",
        "is_live",
        "headline",
        "users",
        "items",
        "interactions",
        "created_at",
        "promoted_at",
    ]
    list_filter = ["recommender", "algorithm"]
    list_select_related = ["recommender"]
    date_hierarchy = "created_at"
    actions = ["promote_selected"]
    buttons = {"promote": "promote"}
    confirmed = {
        "promote": lambda model: (
            _("Show the lists of %(model)s to visitors?") % {"model": model}
        )
    }
    fieldsets = [
        (None, {"fields": ["recommender", "version", "is_live", "algorithm"]}),
        (gettext_lazy("What was measured"), {"fields": ["comparison"]}),
        (
            gettext_lazy("What it was made of"),
            {
                "fields": [
                    "hyperparameters",
                    "data_until",
                    "users",
                    "items",
                    "interactions",
                    "artifact",
                ]
            },
        ),
        (
            gettext_lazy("When"),
            {"fields": ["created_at", "published_at", "promoted_at"]},
        ),
    ]
    readonly_fields = ["is_live", "comparison"]

    class Media:
        """The look of the table of metrics."""

        css = {"all": ["django_recsys/admin.css"]}

    @admin.display(description=gettext_lazy("serving"), boolean=True)
    def is_live(self, model: TrainedModel) -> bool:
        """Show whether visitors see its lists."""
        return model.is_serving

    @admin.display(description="NDCG@10")
    def headline(self, model: TrainedModel) -> str:
        """Show the metric by which the gate decides."""
        value = (model.metrics.get("model") or {}).get("ndcg@10")
        return "-" if value is None else f"{value:.4f}"

    @admin.display(description=gettext_lazy("metrics"))
    def comparison(self, model: TrainedModel) -> str:
        """Show it beside the model that served then and beside `popular`."""
        return compared(model.metrics)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Leave it to the cleanup, which deletes lists in small batches."""
        return False

    def has_promote_permission(self, request: HttpRequest) -> bool:
        """Say whether this person may decide what visitors see."""
        return self.may_press(request)

    def promote(self, request: HttpRequest, model: TrainedModel) -> Any:
        """Put one model live."""
        promote(model, by=person(request))
        messages.success(request, _("%(model)s serves now.") % {"model": model})
        return model

    @admin.action(
        description=gettext_lazy("Make the selected models serve"),
        permissions=["promote"],
    )
    def promote_selected(self, request: HttpRequest, queryset: Any) -> None:
        """Put several models live, of one recommender the newest last."""
        for model in queryset.order_by(F("version").asc()):
            try:
                self.promote(request, model)
            except PromotionError as error:
                messages.error(request, str(error))
