from django.contrib import admin

from .models import Household


@admin.register(Household)
class HouseholdAdmin(admin.ModelAdmin):
    list_display = ["number", "about", "orders", "spent"]
    raw_id_fields = ["user"]
    search_fields = ["=number", "about"]
