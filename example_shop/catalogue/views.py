from django.core.paginator import Paginator
from django.db.models import Q, Sum
from django.shortcuts import get_object_or_404, render

from django_recsys.signals import item_viewed

from .models import Category, Department, Product

PAGE_SIZE = 24
ORDERS = {
    "popular": ("Best sellers", ["-sold_recently", "pk"]),
    "price": ("Price, low to high", ["price", "pk"]),
    "-price": ("Price, high to low", ["-price", "pk"]),
    "name": ("Name", ["name", "pk"]),
}


def shelf(request, products):
    """Return the asked-for page of the products, in the asked-for order."""
    order = request.GET.get("sort")
    order = order if order in ORDERS else "popular"
    products = products.with_category().order_by(*ORDERS[order][1])
    query = request.GET.copy()
    query.pop("page", None)
    return {
        "page": Paginator(products, PAGE_SIZE).get_page(request.GET.get("page")),
        "sort": order,
        "sorts": [(key, label) for key, (label, _) in ORDERS.items()],
        "query_string": query.urlencode(),
    }


def categories_of(department):
    """Return the department's categories that sell something, busiest first."""
    sold = Sum("products__sold_recently", filter=Q(products__is_active=True))
    return (
        department.categories.annotate(sold=sold)
        .filter(sold__gt=0)
        .order_by("-sold", "name")
    )


def department(request, slug):
    department = get_object_or_404(Department, slug=slug)
    products = Product.objects.listed().filter(category__department=department)
    return render(
        request,
        "catalogue/shelf.html",
        {
            "department": department,
            "categories": categories_of(department),
            "icon": department.icon,
            "title": department.name,
            **shelf(request, products),
        },
    )


def category(request, slug):
    category = get_object_or_404(
        Category.objects.select_related("department"), slug=slug
    )
    products = Product.objects.listed().filter(category=category)
    return render(
        request,
        "catalogue/shelf.html",
        {
            "department": category.department,
            "category": category,
            "categories": categories_of(category.department),
            "icon": category.icon,
            "title": category.name,
            **shelf(request, products),
        },
    )


def search(request):
    words = request.GET.get("q", "").strip()
    products = Product.objects.listed()
    products = products.matching(words) if words else products.none()
    return render(
        request,
        "catalogue/shelf.html",
        {
            "title": f"“{words}”" if words else "Search",
            "icon": "basket",
            "words": words,
            **shelf(request, products),
        },
    )


def product(request, pk):
    product = get_object_or_404(Product.objects.with_category(), pk=pk)
    item_viewed.send(sender=Product, request=request, item=product)
    return render(request, "catalogue/product.html", {"product": product})
