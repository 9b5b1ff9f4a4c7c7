"""Trainings: watch them run, see what was measured."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from django_recsys.models import TrainingRun

from .buttons import ReadOnlyMixin
from .comparing import compared, described_steps
from .curves import drawn


@admin.register(TrainingRun)
class TrainingRunAdmin(ReadOnlyMixin, admin.ModelAdmin):
    """Read only; a page of a run that goes on follows it."""

    list_display = [
        "created_at",
        "recommender",
        "purpose",
        "status",
        "stage",
        "share_done",
        "duration",
        "trigger",
    ]
    list_filter = ["status", "recommender"]
    list_select_related = ["recommender"]
    date_hierarchy = "created_at"
    fieldsets = [
        (None, {"fields": ["recommender", "live_status", "trained_model"]}),
        (_("What was measured"), {"fields": ["comparison"]}),
        (_("How it learned"), {"fields": ["curves"]}),
        (_("What it learned from"), {"fields": ["learned_from"]}),
        (
            _("How it went"),
            {
                "fields": [
                    "trigger",
                    "created_at",
                    "started_at",
                    "finished_at",
                    "seconds",
                    "memory",
                ]
            },
        ),
    ]
    readonly_fields = [
        "live_status",
        "comparison",
        "curves",
        "learned_from",
        "seconds",
        "memory",
    ]

    class Media:
        """The script asks for the status while a training runs."""

        js = ["django_recsys/training_run.js"]
        css = {"all": ["django_recsys/admin.css"]}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep a run that some process still works on."""
        if obj is not None and not obj.is_finished:
            return False
        return super().has_delete_permission(request, obj)

    def get_urls(self) -> list[URLPattern]:
        status = path(
            "<int:run_id>/status/",
            self.admin_site.admin_view(self.status),
            name="django_recsys_trainingrun_status",
        )
        return [status, *super().get_urls()]

    def status(self, request: HttpRequest, run_id: int) -> JsonResponse:
        """Answer with where a run stands."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        run = TrainingRun.objects.filter(pk=run_id).first()
        if run is None:
            raise Http404
        answer = {
            "status": str(run.get_status_display()),
            "stage": run.stage,
            "progress": round(run.progress, 3),
            "message": run.message,
            "is_finished": run.is_finished,
        }
        return JsonResponse(answer, headers={"Cache-Control": "no-store"})

    @admin.display(description=_("done"))
    def share_done(self, run: TrainingRun) -> str:
        """Show the share of the work that is done."""
        return f"{run.progress:.0%}"

    @admin.display(description=_("status"))
    def live_status(self, run: TrainingRun) -> str:
        """Show where the run stands, marked for the script."""
        address = reverse("admin:django_recsys_trainingrun_status", args=[run.pk])
        return render_to_string(
            "admin/django_recsys/live_status.html", {"run": run, "address": address}
        )

    @admin.display(description=_("metrics"))
    def comparison(self, run: TrainingRun) -> str:
        """Show the model beside the serving one and beside `popular`."""
        return compared(run.metrics)

    @admin.display(description=_("epochs"))
    def curves(self, run: TrainingRun) -> str:
        """Draw loss and NDCG@10 after each interval, where there were any."""
        return drawn(run.metrics)

    @admin.display(description=_("interactions"))
    def learned_from(self, run: TrainingRun) -> str:
        """Show what the preparation of the data did."""
        return described_steps(run.preparation)

    @admin.display(description=_("seconds per stage"))
    def seconds(self, run: TrainingRun) -> str:
        """Show where the time went."""
        spent = run.stage_seconds.items()
        return ", ".join(f"{stage} {value:.1f} s" for stage, value in spent) or "-"

    @admin.display(description=_("peak memory"))
    def memory(self, run: TrainingRun) -> str:
        """Show the largest memory of the process."""
        return f"{run.peak_rss_bytes / 1e6:,.0f} MB" if run.peak_rss_bytes else "-"
