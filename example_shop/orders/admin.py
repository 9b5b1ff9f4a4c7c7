from django.contrib import admin

from .models import Order, OrderLine


class OrderLineInline(admin.TabularInline):
    model = OrderLine
    extra = 0
    raw_id_fields = ["product"]


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):
    date_hierarchy = "created_at"
    inlines = [OrderLineInline]
    list_display = ["number", "user", "created_at", "total", "paid"]
    list_filter = ["paid"]
    list_select_related = ["user"]
    raw_id_fields = ["user"]
    search_fields = ["number", "user__username"]
