"""What visitors did, to be looked up."""

from django.contrib import admin

from django_recsys.models import Interaction

from .buttons import ReadOnlyMixin


@admin.register(Interaction)
class InteractionAdmin(ReadOnlyMixin, admin.ModelAdmin):
    """A list that is searched by whole keys, so that an index answers."""

    list_display = [
        "occurred_at",
        "visitor_key",
        "kind",
        "item_id",
        "quantity",
        "value",
        "price",
        "reference",
    ]
    list_filter = ["kind"]
    search_fields = ["=visitor_key", "=item_id"]
    search_help_text = 'A whole key, as in "user:42", or the id of an item.'
    ordering = ["-pk"]
    show_full_result_count = False
    list_per_page = 50
