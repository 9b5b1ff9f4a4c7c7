"""What visitors did, to be looked up."""

from collections import Counter
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from django_recsys.models import Interaction
from django_recsys.tracking import refused_since_yesterday, sentence_of

from .buttons import ReadOnlyMixin
from .moments import readable

NEWEST = 10_000
"""How many can be paged through; to count millions takes seconds."""


class NewestPaginator(Paginator):
    """Pages through the newest rows, without counting the others."""

    @cached_property
    def count(self) -> int:
        """Return how many there are, at most `NEWEST`."""
        return self.object_list.order_by()[:NEWEST].count()


@admin.register(Interaction)
class InteractionAdmin(ReadOnlyMixin, admin.ModelAdmin):
    """A list that is searched by whole keys, so that an index answers."""

    list_display = [
        "moment",
        "visitor_key",
        "kind",
        "item_id",
        "quantity",
        "value",
        "price",
        "reference",
    ]
    list_filter = ["kind"]
    search_fields = ["visitor_key__exact", "item_id__exact"]
    search_help_text = 'A whole key, as in "user:42", or the id of an item.'
    ordering = ["-pk"]
    paginator = NewestPaginator
    show_full_result_count = False
    list_per_page = 50
    fields = [*list_display, "event_id", "came_in"]
    readonly_fields = ["moment", "came_in"]

    def changelist_view(
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        """Say above the list what was refused lately, and why."""
        try:
            refused = refused_since_yesterday(timezone.now())
        except Exception:  # no cache answers: the list is what was asked for
            refused = Counter()
        counts = [
            (f"{dict(Interaction.Kind.choices)[kind]} ({reason})", times)
            for (kind, reason), times in refused.items()
        ]
        said = _("Since yesterday: %(refused)s") % {"refused": sentence_of(counts)}
        context = {"subtitle": said if counts else None, **(extra_context or {})}
        return super().changelist_view(request, context)

    @admin.display(description=_("occurred at"), ordering="occurred_at")
    def moment(self, row: Interaction) -> str:
        """Show when it happened."""
        return readable(row.occurred_at)

    @admin.display(description=_("recorded at"), ordering="recorded_at")
    def came_in(self, row: Interaction) -> str:
        """Show when we heard of it."""
        return readable(row.recorded_at)
