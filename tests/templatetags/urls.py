"""Pages of a shop that caches them."""

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.urls import include, path
from django.views.decorators.cache import cache_page

from django_recsys.serving import recommend_for
from django_recsys.tracking import visitor_of

PERSONAL = "{% load recsys %}{% recommended_products user %}"
PUBLIC = "{% load recsys %}{% trending_products %}"
LAZY = "{% load recsys %}{% recommended_products lazy=True n=3 title='Tea &amp; you' %}"


def page(source: str):
    def view(request: HttpRequest) -> HttpResponse:
        template = engines["django"].from_string(source)
        return HttpResponse(template.render({}, request))

    return view


def later(request: HttpRequest) -> HttpResponse:
    """A response that is rendered after the view, as a generic view's is."""
    return TemplateResponse(request, engines["django"].from_string(PERSONAL))


def by_hand(request: HttpRequest) -> HttpResponse:
    """A view that asks for the list itself."""
    key = visitor_of(request).key
    answer = recommend_for("recommended", visitor_key=key, request=request)
    return HttpResponse("|".join(str(each.item) for each in answer.items))


urlpatterns = [
    path("lazy/", page(f"{LAZY}{{% recsys_scripts %}}")),
    path("personal/", page(PERSONAL)),
    path("cached/personal/", cache_page(600)(page(PERSONAL))),
    path("cached/later/", cache_page(600)(later)),
    path("cached/by-hand/", cache_page(600)(by_hand)),
    path("cached/public/", cache_page(600)(page(PUBLIC))),
    path("cached/lazy/", cache_page(600)(page(LAZY))),
    path("recsys/", include("django_recsys.api.urls")),
    path("", include("tests.hosts.shop.urls")),
]
