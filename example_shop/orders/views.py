from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render

from example_shop.basket.basket import Basket

from .placing import SoldOut, place_order


@login_required
def checkout(request):
    basket = Basket(request)
    lines = basket.lines()
    if not lines:
        return redirect("basket:show")
    if request.method == "POST":
        try:
            order = place_order(request.user, lines)
        except SoldOut as error:
            basket.set(error.product, error.product.stock)
            messages.error(request, str(error))
            return redirect("basket:show")
        basket.clear()
        messages.success(request, "Thank you! Your order is on its way.")
        return redirect(order)
    total = sum(line.amount for line in lines)
    return render(request, "orders/checkout.html", {"lines": lines, "total": total})


@login_required
def detail(request, number):
    order = get_object_or_404(request.user.orders.all(), number=number)
    lines = order.lines.select_related("product__category__department")
    return render(request, "orders/order.html", {"order": order, "lines": lines})
