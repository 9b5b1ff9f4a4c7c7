from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from example_shop.orders.models import OrderLine

from .models import Household

HOUSEHOLDS_PER_PAGE = 30
ORDERS_PER_PAGE = 10
PREVIEWED_LINES = 6


def query_without_page(request):
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()


def login_list(request):
    """List the households: one click logs in as any of them."""
    words = request.GET.get("q", "").strip()
    households = Household.objects.order_by("-orders", "number")
    if words:
        about = Q(about__icontains=words)
        number = Q(number=int(words)) if words.isdecimal() else Q()
        households = households.filter(number | about if number else about)
    page = Paginator(households, HOUSEHOLDS_PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "accounts/login.html",
        {
            "page": page,
            "words": words,
            "next": request.GET.get("next", ""),
            "query_string": query_without_page(request),
        },
    )


@require_POST
def login_as(request, number):
    """Log in as the household, without a password: for the demonstration only."""
    households = Household.objects.select_related("user")
    household = get_object_or_404(households, number=number)
    login(request, household.user, "django.contrib.auth.backends.ModelBackend")
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        return redirect(target)
    return redirect("storefront:home")


@login_required
def account(request):
    lines = OrderLine.objects.select_related("product__category__department")
    orders = request.user.orders.prefetch_related(Prefetch("lines", queryset=lines))
    page = Paginator(orders, ORDERS_PER_PAGE).get_page(request.GET.get("page"))
    for order in page:
        order.tiles = order.lines.all()[:PREVIEWED_LINES]
        order.more = len(order.lines.all()) - len(order.tiles)
    return render(request, "accounts/account.html", {"page": page})
