"""What the frame of every page shows."""

from django.utils.functional import SimpleLazyObject

from example_shop.basket.basket import Basket
from example_shop.catalogue.models import Department

CONSENT_ANSWER_COOKIE = "shop_consent_answer"


def shop(request):
    return {
        "departments": SimpleLazyObject(lambda: list(Department.objects.all())),
        "basket_size": SimpleLazyObject(lambda: len(Basket(request))),
        "ask_consent": (
            not request.user.is_authenticated
            and CONSENT_ANSWER_COOKIE not in request.COOKIES
        ),
    }
