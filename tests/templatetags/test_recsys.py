"""What a shop's templates see of the tags."""

import logging
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.template import Context, Template, TemplateSyntaxError, engines
from django.test import RequestFactory, override_settings

import django_recsys
from django_recsys.resilience.log_once import forget_reports
from django_recsys.tracking import visitor_key_for
from tests.factories import (
    make_interaction,
    make_products,
    make_serving_model,
    store_for_everyone,
    store_list,
    store_neighbors,
)
from tests.hosts.shop.models import Category, Product

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _log_everything():
    forget_reports()


@pytest.fixture
def products():
    return make_products(20)


@pytest.fixture
def ada():
    return User.objects.create_user("ada")


@pytest.fixture
def recommended(products, ada):
    model = make_serving_model("ease")
    store_list(model, visitor_key_for(ada), products[4:10])
    return products[4:10]


def request_of(user=None):
    request = RequestFactory().get("/")
    request.user = user or AnonymousUser()
    return request


def render(source, **context):
    return Template("{% load recsys %}" + source).render(Context(context))


def names(source, **context):
    listed = source.replace("%}", "as found %}{% for item in found %}{{ item }}|", 1)
    return render(listed + "{% endfor %}", **context).split("|")[:-1]


def test_block_shows_the_items_in_rank_order(recommended, ada):
    page = render("{% recommended_products user %}", user=ada)
    places = [page.index(f">{product.name}<") for product in recommended]
    assert places == sorted(places)
    assert f'href="/products/{recommended[0].pk}/"' in page
    assert "Recommended for you" in page


def test_rendered_block_costs_two_queries(
    recommended, ada, django_assert_max_num_queries
):
    tea = Category.objects.create(name="Tea")
    Product.objects.update(category=tea)
    page = Template("{% load recsys %}{% recommended_products user n=6 %}")
    page.render(Context({"user": ada}))
    with django_assert_max_num_queries(2):
        assert page.render(Context({"user": ada})).count("<li") == 6


def test_as_gives_the_hosts_own_instances(recommended, ada):
    template = Template("{% load recsys %}{% recommended_products user n=3 as found %}")
    context = Context({"user": ada})
    assert template.render(context) == ""
    found = context["found"]
    assert found == recommended[:3]
    assert [item.recommendation.rank for item in found] == [1, 2, 3]
    assert {item.recommendation.source for item in found} == {"ease"}
    assert len({item.recommendation.request_id for item in found}) == 1
    assert found[0].recommendation.score == 1.0


def test_two_lists_of_a_page_share_no_instance(recommended, ada):
    context = Context({"user": ada})
    Template(
        "{% load recsys %}{% recommended_products user n=3 as first %}"
        "{% recommended_products user n=3 as second %}"
    ).render(context)
    first, second = context["first"][0], context["second"][0]
    assert first == second
    assert first is not second
    assert first.recommendation.request_id != second.recommendation.request_id


def test_list_is_usable_with_autoescape_off(recommended, ada):
    source = "{% autoescape off %}{% recommended_products user n=1 as found %}"
    source += "{{ found.0.name }}{% endautoescape %}"
    assert render(source, user=ada) == recommended[0].name


def test_titles_are_escaped_in_the_block(products, ada):
    products[0].name = "<script>alert(1)</script>"
    products[0].save()
    model = make_serving_model("ease")
    store_list(model, visitor_key_for(ada), products[:1])
    page = render(
        "{% recommended_products user title=title %}", user=ada, title="A & B"
    )
    assert "<script>" not in page
    assert "A &amp; B" in page


def test_guest_of_the_request_gets_the_guests_own_list(products, client):
    client.cookies["recsys_consent"] = "yes"
    model = make_serving_model("ease")
    request = RequestFactory().get("/", HTTP_USER_AGENT="Mozilla/5.0")
    request.user = AnonymousUser()
    token = "0123456789abcdef0123456789abcdef"
    request.COOKIES = {"recsys_consent": "yes", "recsys_visitor": signed(token)}
    store_list(model, f"guest:{token}", products[:2])
    found = names(
        "{% recommended_products user n=2 %}", request=request, user=request.user
    )
    assert found == ["Product 1", "Product 2"]


def signed(token):
    from django.http import HttpResponse

    from django_recsys.tracking.identity.guests import COOKIE, SALT

    response = HttpResponse()
    response.set_signed_cookie(COOKIE, token, salt=SALT)
    return response.cookies[COOKIE].value


def test_another_user_than_the_requests_gets_that_users_list(recommended, ada):
    boss = User.objects.create_user("boss")
    found = names(
        "{% recommended_products customer n=2 %}",
        request=request_of(boss),
        customer=ada,
    )
    assert found == [product.name for product in recommended[:2]]


def test_anonymous_user_is_not_the_account_of_the_request(recommended, ada):
    found = names(
        "{% recommended_products nobody n=2 %}",
        request=request_of(ada),
        nobody=AnonymousUser(),
    )
    assert recommended[0].name not in found


@pytest.mark.parametrize("argument", ["", "user", "nothing_of_this_name"])
def test_request_says_who_it_is_where_the_argument_does_not(recommended, ada, argument):
    source = "{% recommended_products " + argument + " n=2 %}"
    assert names(source, request=request_of(ada)) == [p.name for p in recommended[:2]]


def test_product_page_shows_similar_and_bought_together(products):
    knn, together = (
        make_serving_model("item_knn"),
        make_serving_model("bought_together"),
    )
    store_neighbors(knn, products[0], products[1:4])
    store_neighbors(together, products[0], products[5:7])
    store_neighbors(together, products[1], products[6:8])
    shown = {"product": products[0], "basket": products[:2]}
    assert names("{% similar_products product n=3 %}", **shown) == [
        product.name for product in products[1:4]
    ]
    assert names("{% bought_together product n=2 %}", **shown) == [
        product.name for product in products[5:7]
    ]
    assert names("{% bought_together basket n=3 %}", **shown)[0] == products[6].name


def test_lists_of_the_visitor(products, ada):
    make_interaction(visitor_key_for(ada), products[3])
    knn, again = make_serving_model("item_knn"), make_serving_model("buy_again")
    store_neighbors(knn, products[3], products[8:10])
    store_list(again, visitor_key_for(ada), products[:2])
    page = {"request": request_of(ada), "user": ada}
    assert names("{% recently_viewed_products %}", **page) == ["Product 4"]
    assert names("{% because_you_viewed %}", **page) == ["Product 9", "Product 10"]
    assert names("{% buy_again user %}", **page) == ["Product 1", "Product 2"]
    block = render("{% because_you_viewed repeats=True %}", **page)
    assert "Because you viewed Product 4" in block


def test_any_placement_by_its_key(products):
    store_for_everyone(make_serving_model("popular"), products)
    assert names('{% recommendations "trending" n=2 %}') == ["Product 1", "Product 2"]
    shown = {"product": products[0], "basket": products[1:3]}
    source = '{% recommendations "similar" item=product items=basket n=1 %}'
    assert names(source, **shown) == ["Product 4"]
    assert "Look here" in render('{% recommendations "trending" title="Look here" %}')


def test_excluded_items_are_left_out(products):
    store_for_everyone(make_serving_model("trending"), products)
    one = names("{% trending_products n=2 exclude=first %}", first=products[0])
    assert one == ["Product 2", "Product 3"]
    several = names("{% trending_products n=1 exclude=some %}", some=products[:3])
    assert several == ["Product 4"]


def test_basket_may_be_a_queryset_or_a_manager(products):
    together = make_serving_model("bought_together")
    store_neighbors(together, products[0], products[5:7])
    chosen = Product.objects.filter(pk=products[0].pk)
    assert names("{% bought_together basket n=1 %}", basket=chosen) == ["Product 6"]
    assert names("{% bought_together all n=30 %}", all=Product.objects) == []
    assert names("{% bought_together pk n=1 %}", pk=products[0].pk) == ["Product 6"]


def test_request_without_a_user_still_renders(products, rf):
    store_for_everyone(make_serving_model("popular"), products)
    source = "{% recommended_products user n=1 %}"
    assert names(source, request=rf.get("/")) == ["Product 1"]


def test_nothing_to_show_renders_nothing():
    assert render("{% recommended_products user %}") == ""
    assert names("{% similar_products product %}") == []


@override_settings(RECSYS={"ITEM_MODEL": "shop.Product", "ENABLED": False})
def test_off_switch_renders_nothing(recommended, ada, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert render("{% recommended_products user %}", user=ada) == ""


def test_unknown_placement_renders_nothing_and_logs_once(caplog):
    source = '{% recommendations "no-such-place" %}'
    assert render(source) == render(source) == ""
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "no-such-place" in caplog.text


@pytest.mark.parametrize(
    "source",
    [
        "{% recommended_products user n='many' %}",
        "{% similar_products strange %}",
        "{% trending_products exclude=strange %}",
    ],
)
def test_tag_never_raises(source, caplog, products):
    store_for_everyone(make_serving_model("trending"), products)
    assert render(source, strange=object()) == ""
    assert names(source, strange=object()) == []
    assert len(caplog.records) == 1


def test_broken_template_of_the_host_leaves_the_page_whole(recommended, ada, caplog):
    loaders = [
        (
            "django.template.loaders.locmem.Loader",
            {
                "django_recsys/placement.html": "{{ recsys_cards|first|add:1 }}",
                "django_recsys/item.html": "{% load nothing_of_this_name %}",
                "page.html": "{% load recsys %}a{% recommended_products user %}b",
            },
        ),
        "django.template.loaders.app_directories.Loader",
    ]
    settings = {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {"loaders": loaders},
    }
    with override_settings(TEMPLATES=[settings]):
        page = engines["django"].get_template("page.html")
        assert page.render({"user": ada}).startswith("a")
        assert page.render({"user": ada}).endswith("b")


def test_overridden_item_template_is_used(recommended, ada):
    loaders = [
        (
            "django.template.loaders.locmem.Loader",
            {"django_recsys/item.html": "[{{ item.pk }} {{ recommendation.rank }}]"},
        ),
        "django.template.loaders.app_directories.Loader",
    ]
    settings = {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {"loaders": loaders},
    }
    with override_settings(TEMPLATES=[settings]):
        page = engines["django"].from_string(
            "{% load recsys %}{% recommended_products user n=1 %}"
        )
        assert f"[{recommended[0].pk} 1]" in page.render({"user": ada})


@pytest.mark.parametrize(
    "source",
    [
        "{% similar_products %}",
        "{% recommended_products user colour='red' %}",
        "{% recommended_products user 4 5 %}",
    ],
)
def test_wrong_arguments_are_the_template_authors_error(source):
    with pytest.raises(TemplateSyntaxError):
        Template("{% load recsys %}" + source)


def test_pages_of_the_host_show_lists(client, recommended, ada):
    client.force_login(ada)
    assert recommended[0].name in client.get("/").content.decode()
    assert client.get(f"/products/{recommended[0].pk}/").status_code == 200


@pytest.mark.parametrize("field", ["url", "image", "price", "title"])
def test_item_that_cannot_be_read_loses_the_field_only(
    recommended, ada, settings, field, caplog
):
    settings.RECSYS = {**settings.RECSYS, "ITEM_FIELDS": {field: fail_for_one}}
    fail_for_one.pk = recommended[1].pk
    page = render("{% recommended_products user n=6 %}", user=ada)
    assert page.count("<li") == 6
    (record,) = caplog.records
    assert f"{field} of shop.Product {recommended[1].pk}" in record.getMessage()


def fail_for_one(item):
    if item.pk == fail_for_one.pk:
        raise ValueError("no such file")
    return "7.5"


def test_item_that_breaks_the_shops_template_is_left_out(recommended, ada, caplog):
    with own_templates({"django_recsys/item.html": "[{% widthratio item.pk 1 bad %}]"}):
        assert "[" in render("{% recommended_products user %}", user=ada, bad=1)
    broken = recommended[2]
    with own_templates({"django_recsys/item.html": "[{{ item.page }}]"}):
        Product.page = property(lambda item: 1 / (item.pk - broken.pk))
        try:
            page = render("{% recommended_products user n=6 %}", user=ada)
        finally:
            del Product.page
    assert page.count("[") == 5
    assert f"Item '{broken.pk}' could not be shown" in caplog.text


def test_second_block_of_a_page_repeats_no_item(products, ada):
    store_for_everyone(make_serving_model("popular"), products)
    page = {"request": request_of()}
    first = names("{% recommended_products n=3 %}", **page)
    second = names("{% recommended_products n=3 %}", **page)
    third = names("{% recommended_products n=3 repeats=True %}", **page)
    assert not set(first) & set(second)
    assert third == first


@pytest.mark.parametrize("ours_first", [True, False])
@pytest.mark.parametrize("name", ["item.html", "placement.html"])
def test_override_works_wherever_the_shops_app_stands(
    recommended, ada, ours_first, name, tmp_path
):
    folder = tmp_path / "django_recsys"
    folder.mkdir()
    (folder / name).write_text("own template")
    ours = Path(django_recsys.__file__).parent / "templates"
    folders = [ours, tmp_path] if ours_first else [tmp_path, ours]
    with engine_with(loaders=[("django.template.loaders.filesystem.Loader", folders)]):
        assert "own template" in render("{% recommended_products user %}", user=ada)


@contextmanager
def engine_with(**options):
    backend = "django.template.backends.django.DjangoTemplates"
    with override_settings(TEMPLATES=[{"BACKEND": backend, "OPTIONS": options}]):
        yield


def own_templates(templates):
    return engine_with(
        loaders=[
            ("django.template.loaders.locmem.Loader", templates),
            "django.template.loaders.app_directories.Loader",
        ]
    )


def formatted(item, price, request):
    if item.name == "Product 6":
        raise ValueError("no rate")
    return f"EUR {price}"


def test_prices_have_two_decimals_or_the_shops_own_form(recommended, ada, settings):
    Product.objects.update(price="1234.50")
    page = render("{% recommended_products user n=2 %}", user=ada)
    assert page.count(">1,234.50<") == 2
    settings.RECSYS = {**settings.RECSYS, "PRICE_FORMAT": f"{__name__}.formatted"}
    page = render("{% recommended_products user n=2 %}", user=ada)
    assert page.count(">EUR 1234.50<") == 1  # the other's form failed: no price
    assert page.count("<li") == 2
