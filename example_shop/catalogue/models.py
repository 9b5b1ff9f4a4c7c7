"""Departments, categories and products."""

from django.db import models
from django.urls import reverse


class Department(models.Model):
    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(unique=True)
    icon = models.CharField(max_length=30)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "name"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("catalogue:department", args=[self.slug])


class Category(models.Model):
    department = models.ForeignKey(
        Department, on_delete=models.CASCADE, related_name="categories"
    )
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=90, unique=True)
    icon = models.CharField(max_length=30)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "categories"

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("catalogue:category", args=[self.slug])


class ProductQuerySet(models.QuerySet):
    def listed(self):
        """Products that have a page in the shop, sold out or not."""
        return self.filter(is_active=True)

    def in_stock(self):
        return self.filter(is_active=True, stock__gt=0)

    def with_category(self):
        """Fetch what a product tile draws together with the product."""
        return self.select_related("category__department")

    def matching(self, words):
        """Products whose name, brand or category contains each of the words."""
        found = self
        for word in words.split()[:6]:
            found = found.filter(
                models.Q(name__icontains=word)
                | models.Q(brand__icontains=word)
                | models.Q(category__name__icontains=word)
            )
        return found


class Product(models.Model):
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="products", db_index=False
    )
    name = models.CharField(max_length=140)
    brand = models.CharField(max_length=60)
    size = models.CharField(max_length=40, blank=True)
    price = models.DecimalField(max_digits=8, decimal_places=2)
    is_active = models.BooleanField(default=True)
    stock = models.PositiveIntegerField(default=0)
    sold_recently = models.PositiveIntegerField(
        default=0, help_text="Units sold in the last weeks; orders the shop's shelves."
    )

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["-sold_recently", "pk"]
        indexes = [
            models.Index(
                fields=["category", "is_active", "-sold_recently"],
                name="product_shelf",
            ),
            models.Index(
                fields=["is_active", "-sold_recently"], name="product_bestseller"
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("catalogue:product", args=[self.pk])

    @property
    def is_available(self):
        return self.is_active and self.stock > 0

    @property
    def pattern(self):
        """Which of the five backgrounds its tile has: neighbours should differ."""
        return self.pk % 5 if self.pk else 0


def items_with_category():
    """Return the products as recommendations show them: with their tile's icon."""
    return Product.objects.with_category()
