from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from django_recsys.signals import item_added_to_cart
from example_shop.catalogue.models import Product

from .basket import Basket
from .forms import QuantityForm


def asked_quantity(request, default):
    form = QuantityForm(request.POST)
    quantity = form.cleaned_data["quantity"] if form.is_valid() else None
    return default if quantity is None else quantity


def back(request):
    """Return to the page the visitor came from, if it is one of ours."""
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        return redirect(target)
    return redirect("basket:show")


def show(request):
    lines = Basket(request).lines()
    return render(
        request,
        "basket/basket.html",
        {
            "lines": lines,
            "basket_products": [line.product for line in lines],
            "total": sum(line.amount for line in lines),
        },
    )


@require_POST
def add(request, pk):
    product = get_object_or_404(Product.objects.in_stock(), pk=pk)
    Basket(request).add(product, asked_quantity(request, default=1) or 1)
    item_added_to_cart.send(sender=Product, request=request, item=product)
    messages.success(request, f"{product.name} is in your basket.")
    return back(request)


@require_POST
def change(request, pk):
    product = get_object_or_404(Product, pk=pk)
    Basket(request).set(product, asked_quantity(request, default=0))
    return redirect("basket:show")
