from django.contrib import admin

from .models import Category, Department, Product


@admin.register(Department)
class DepartmentAdmin(admin.ModelAdmin):
    list_display = ["name", "position", "icon"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):
    list_display = ["name", "department", "icon"]
    list_filter = ["department"]
    search_fields = ["name"]


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    list_display = ["name", "brand", "size", "price", "stock", "is_active"]
    list_filter = ["is_active", "category__department"]
    list_select_related = ["category"]
    raw_id_fields = ["category"]
    search_fields = ["name", "brand"]
