"""What a visitor is shown, and what it costs the database."""

from datetime import timedelta

import pytest
from django.test import override_settings

from django_recsys.models import Placement, StoredRecommendations
from django_recsys.models.lists import Reason
from django_recsys.serving import DECLARED, read_title, recommend_for, sign_title
from django_recsys.serving.cold_start import items_of_recent_interest
from tests.factories import (
    TRAINED_AT,
    make_interaction,
    make_products,
    make_serving_model,
    store_for_everyone,
    store_list,
    store_neighbors,
)
from tests.hosts.shop.models import Product, Variant
from tests.missing_tables import without_table

pytestmark = pytest.mark.django_db

BEFORE = TRAINED_AT - timedelta(days=3)


def shown(answer):
    return [each.item for each in answer.items]


def sources(answer):
    return [each.source for each in answer.items]


def test_stored_list_is_shown_in_its_order(shop):
    answer = recommend_for("recommended", visitor_key="user:1")
    assert shown(answer) == shop.listed[:12]
    assert sources(answer) == ["ease"] * 12
    assert [each.rank for each in answer.items] == list(range(1, 13))
    scores = [each.score for each in answer.items]
    assert scores == sorted(scores, reverse=True)
    assert answer.title == "Recommended for you"


@pytest.mark.parametrize("catalogue", [50, 2000])
@pytest.mark.parametrize("sold_out", [0, 1, 5])
@pytest.mark.parametrize(
    ("has_new_events", "queries"), [(False, 2), (True, 4)], ids=["quiet", "news"]
)
def test_block_costs_few_queries(
    django_assert_max_num_queries, catalogue, sold_out, has_new_events, queries
):
    products = make_products(catalogue)
    ease, knn = make_serving_model("ease"), make_serving_model("item_knn")
    store_list(ease, "user:1", products[:40])
    store_for_everyone(make_serving_model("popular"), products[::-1][:100])
    store_neighbors(knn, products[45], products[41:44])
    make_interaction("user:1", products[44], "purchase", at=BEFORE)
    for product in products[:sold_out]:
        Product.objects.filter(pk=product.pk).update(stock=0)
    recommend_for("trending")  # placement, pointers and popular list are cached now
    if has_new_events:
        make_interaction("user:1", products[45])
    with django_assert_max_num_queries(queries):
        answer = recommend_for("recommended", visitor_key="user:1", n=12)
    assert len(answer) == 12
    assert not set(products[:sold_out]) & set(shown(answer))


def test_list_that_sold_out_is_replaced_in_a_second_round(
    shop, django_assert_max_num_queries
):
    Product.objects.filter(pk__in=[p.pk for p in shop.listed[:20]]).update(stock=0)
    recommend_for("trending")
    with django_assert_max_num_queries(4):
        answer = recommend_for("recommended", visitor_key="user:1", n=12)
    assert shown(answer)[:10] == shop.listed[20:]
    assert sources(answer)[10:] == ["popular"] * 2


def test_search_for_something_to_show_is_bounded(django_assert_max_num_queries):
    products = make_products(300, stock=0)
    store_for_everyone(make_serving_model("popular"), products)
    recommend_for("trending")
    with django_assert_max_num_queries(2):
        assert len(recommend_for("trending")) == 0


def test_stored_list_that_is_short_is_filled_by_the_fallbacks(shop):
    answer = recommend_for("recommended", visitor_key="user:1", n=32)
    assert sources(answer) == ["ease"] * 30 + ["popular"] * 2
    assert len(set(shown(answer))) == 32


@pytest.mark.parametrize("change", [{"stock": 0}, {"is_active": False}])
@pytest.mark.parametrize("placement", ["recommended", "similar", "trending"])
def test_what_may_not_be_shown_now_never_appears(shop, change, placement):
    hidden = [shop.listed[0], shop.products[0], shop.products[40]]
    Product.objects.filter(pk__in=[p.pk for p in hidden]).update(**change)
    answer = recommend_for(
        placement, visitor_key="user:1", items=[shop.products[1]], n=40
    )
    assert len(answer) >= 40
    assert not set(hidden) & set(shown(answer))


def test_deleted_item_never_appears(shop):
    gone = shop.listed[0]
    Product.objects.filter(pk=gone.pk).delete()
    assert gone not in shown(recommend_for("recommended", visitor_key="user:1"))


def test_purchase_after_the_training_is_left_out(shop):
    bought = shop.listed[0]
    make_interaction("user:1", bought, "purchase")
    for n in (12, 49):
        answer = recommend_for("recommended", visitor_key="user:1", n=n)
        assert bought not in shown(answer)


def test_purchase_before_the_training_is_left_out_of_fallbacks(shop):
    bought = shop.products[0]
    make_interaction("user:1", bought, "purchase", at=BEFORE)
    answer = recommend_for("recommended", visitor_key="user:1", n=49)
    assert len(answer) == 49
    assert bought not in shown(answer)


def test_purchases_of_a_visitor_without_a_list_are_left_out(shop):
    make_interaction("user:2", shop.products[0], "purchase", at=BEFORE)
    answer = recommend_for("recommended", visitor_key="user:2", n=10)
    assert len(answer) == 10
    assert shop.products[0] not in shown(answer)


@pytest.mark.parametrize("basis", ["visitor", "items", "recent", "everyone"])
@pytest.mark.parametrize("follows_visitor", [True, False])
@pytest.mark.parametrize("at", [BEFORE, None], ids=["before", "after"])
def test_any_placement_may_leave_purchases_out(shop, basis, follows_visitor, at):
    Placement.objects.create(
        key="shelf", basis=basis, recommender="item_knn", fallbacks=["popular"],
        excludes_purchased=True, follows_visitor=follows_visitor,
    )  # fmt: skip
    page, bought = shop.products[3], shop.products[43]
    store_list(shop.item_knn, "user:1", shop.listed)
    make_interaction("user:1", page, "view", at=BEFORE)
    make_interaction("user:1", bought, "purchase", at=at)
    if at is None:
        make_interaction("user:1", shop.listed[0], "purchase")
    answer = recommend_for("shelf", visitor_key="user:1", items=[page], n=50)
    assert len(answer) > 30 or basis == "recent"
    assert bought not in shown(answer)
    assert at is not None or shop.listed[0] not in shown(answer)


def test_placement_that_does_not_say_so_shows_purchases(shop):
    make_interaction("user:1", shop.products[0], "purchase", at=BEFORE)
    answer = recommend_for("trending", visitor_key="user:1", n=3)
    assert shown(answer)[0] == shop.products[0]


def test_neighbour_of_a_viewed_item_enters_the_list(shop):
    viewed, neighbour = shop.products[3], shop.products[43]
    assert neighbour not in shown(recommend_for("recommended", visitor_key="user:1"))
    make_interaction("user:1", viewed)
    answer = recommend_for("recommended", visitor_key="user:1")
    entered = next(each for each in answer.items if each.item == neighbour)
    assert entered.source == "item_knn"
    assert entered.reason == "Because you viewed Product 4"
    assert entered.reason_item_id == str(viewed.pk)


def test_viewed_item_that_sold_out_still_leads_to_its_neighbours(shop):
    viewed = shop.products[3]
    make_interaction("user:1", viewed)
    Product.objects.filter(pk=viewed.pk).update(stock=0)
    answer = recommend_for("recommended", visitor_key="user:1")
    entered = next(each for each in answer.items if each.item == shop.products[43])
    assert entered.reason is None
    assert entered.reason_item_id == str(viewed.pk)


def test_item_taken_out_of_the_basket_recommends_nothing(shop):
    product = shop.products[3]
    make_interaction("user:1", product, "cart_add")
    later = TRAINED_AT + timedelta(hours=2)
    make_interaction("user:1", product, "removal", at=later)
    answer = recommend_for("recommended", visitor_key="user:1")
    assert shown(answer) == shop.listed[:12]


def test_order_of_sources_stays_when_something_happened(shop):
    """The list of a fallback recommender comes after the first, never amid it."""
    store_list(shop.item_knn, "user:1", shop.products[:10])
    make_interaction("user:1", shop.products[3])
    answer = recommend_for("recommended", visitor_key="user:1", n=36)
    ranks = {each.item: each.rank for each in answer.items}
    last_of_first = max(ranks[item] for item in shop.listed)
    assert all(ranks[item] > last_of_first for item in shop.products[:3])


def test_new_visitor_and_guest_see_a_list_at_once(shop, django_assert_num_queries):
    recommend_for("trending")
    with django_assert_num_queries(1):
        guest = recommend_for("recommended")
    assert shown(guest) == shop.products[:12]
    assert sources(guest) == ["popular"] * 12
    assert guest.items[0].reason == "Popular with our customers"
    newcomer = recommend_for("recommended", visitor_key="user:77")
    assert shown(newcomer) == shop.products[:12]


def test_newcomer_without_a_stored_list_follows_what_was_viewed(shop):
    make_interaction("guest:ab", shop.products[2], at=BEFORE)
    answer = recommend_for("recommended", visitor_key="guest:ab")
    assert shown(answer)[0] == shop.products[42]
    assert sources(answer)[:3] == ["item_knn", "item_knn", "popular"]


def test_before_any_training_the_shop_shows_what_is_wanted_and_new(products):
    make_interaction("user:1", products[7], "purchase", at=BEFORE)
    make_interaction("user:2", products[8], "view", at=BEFORE)
    Product.objects.filter(pk=products[20].pk).update(
        created_at=TRAINED_AT + timedelta(days=3000)
    )
    answer = recommend_for("recommended", n=3)
    assert shown(answer) == [products[7], products[8], products[20]]
    assert sources(answer) == ["recent_interest", "recent_interest", "newest"]
    own = recommend_for("recommended", visitor_key="user:1", n=3)
    assert products[7] not in shown(own)


def test_before_any_training_pages_cost_few_queries(
    products, django_assert_max_num_queries
):
    recommend_for("trending")
    with django_assert_max_num_queries(1):
        recommend_for("recommended")
    with django_assert_max_num_queries(2):
        recommend_for("recommended", visitor_key="user:1")


def test_buy_again_has_no_fallback(shop):
    assert recommend_for("buy-again", visitor_key="user:1").items == ()
    store_list(make_serving_model("buy_again"), "user:1", shop.products[:2])
    answer = recommend_for("buy-again", visitor_key="user:1")
    assert shown(answer) == shop.products[:2]


def test_reasons_come_from_the_stored_list(shop):
    reason = Reason("999", "Oat milk", "purchase")
    store_list(shop.ease, "user:3", shop.products[:12], [reason] * 12)
    answer = recommend_for("recommended", visitor_key="user:3")
    assert {each.reason for each in answer.items} == {"Because you bought Oat milk"}
    assert {each.reason_item_id for each in answer.items} == {"999"}


def test_excluded_items_and_the_page_itself_are_left_out(shop):
    first, second = shop.listed[:2]
    answer = recommend_for(
        "recommended", visitor_key="user:1", exclude=[first], items=[str(second.pk)]
    )
    assert shown(answer) == shop.listed[2:14]


@pytest.mark.parametrize("placement", ["recently-viewed", "because-you-viewed"])
def test_guest_without_a_key_has_no_history_to_show(shop, placement):
    assert recommend_for(placement).items == ()


def test_recently_viewed_is_newest_first_and_once_each(
    shop, django_assert_max_num_queries
):
    for hours, number in enumerate((3, 5, 3, 7), start=1):
        moment = TRAINED_AT + timedelta(hours=hours)
        make_interaction("guest:ab", shop.products[number], at=moment)
    page = shop.products[7]
    recommend_for("trending")
    with django_assert_max_num_queries(2):
        answer = recommend_for("recently-viewed", visitor_key="guest:ab", items=[page])
    assert shown(answer) == [shop.products[3], shop.products[5]]
    assert sources(answer) == ["recently_viewed"] * 2


@pytest.mark.parametrize(("asked", "given"), [(1, 1), (0, 1), (-5, 1), (500, 50)])
def test_size_is_kept_within_bounds(shop, asked, given):
    assert len(recommend_for("trending", n=asked)) == given


def test_row_overrides_the_declared_placement(shop):
    Placement.objects.create(
        key="recommended", title="Just for you", basis="everyone",
        recommender="popular", size=2,
    )  # fmt: skip
    answer = recommend_for("recommended", visitor_key="user:1")
    assert (answer.title, sources(answer)) == ("Just for you", ["popular"] * 2)
    row = Placement.objects.get()
    row.is_enabled = False
    row.save()
    assert len(recommend_for("recommended", visitor_key="user:1")) == 0
    row.delete()
    assert len(recommend_for("recommended", visitor_key="user:1")) == 12


def test_disabled_recommender_serves_no_more(shop):
    config = shop.ease.recommender
    config.is_enabled = False
    config.save()
    answer = recommend_for("recommended", visitor_key="user:1")
    assert set(sources(answer)) == {"popular"}


def test_failure_gives_an_empty_answer_and_one_line(shop, caplog):
    with without_table(StoredRecommendations):
        answers = [recommend_for("recommended", visitor_key="user:1") for _ in range(2)]
    assert [len(answer) for answer in answers] == [0, 0]
    assert len(caplog.records) == 1
    assert "recommended" in caplog.text


def test_item_of_another_kind_is_a_failure_that_is_logged(shop, caplog):
    assert len(recommend_for("similar", items=[object()])) == 0
    assert len(caplog.records) == 1


def only_cheap(queryset, request):
    is_member = getattr(request, "is_member", False)
    return queryset if is_member else queryset.filter(price__lt=2)


@override_settings(
    RECSYS={
        "ITEM_MODEL": "shop.Product",
        "AVAILABLE": "tests.serving.test_recommend.only_cheap",
    }
)
def test_hosts_rule_sees_the_request(shop, rf):
    Product.objects.filter(pk=shop.products[0].pk).update(price=5)
    request = rf.get("/")
    assert shop.products[0] not in shown(recommend_for("trending", request=request))
    request.is_member = True
    assert shop.products[0] in shown(recommend_for("trending", request=request))


@override_settings(RECSYS={"ITEM_MODEL": ["shop.Product", "shop.Category"]})
def test_several_item_models_are_shown_in_one_order():
    from tests.hosts.shop.models import Category

    product, category = make_products(1)[0], Category.objects.create(name="Tea")
    keys = [f"shop.category:{category.pk}", f"shop.product:{product.pk}"]
    store_for_everyone(make_serving_model("popular"), keys)
    answer = recommend_for("trending")
    assert shown(answer) == [category, product]
    assert [each.item_id for each in answer.items] == keys


def product_of(item):
    return getattr(item, "product", item)


@override_settings(
    RECSYS={
        "ITEM_MODEL": "shop.Product",
        "CANONICAL": "tests.serving.test_recommend.product_of",
    }
)
def test_variants_in_a_basket_stand_for_their_products(shop):
    together = make_serving_model("bought_together")
    store_neighbors(together, shop.products[0], shop.products[5:9])
    variants = [
        Variant.objects.create(product=product, name="large")
        for product in (shop.products[0], shop.products[5])
    ]
    answer = recommend_for("bought-together", items=variants, n=3)
    assert shown(answer) == shop.products[6:9]
    assert answer.items[0].reason == "Often bought with Product 1"


def test_neighbours_of_the_last_three_viewed_are_shown(shop):
    for hours, number in enumerate((0, 1, 2, 3), start=1):
        moment = TRAINED_AT + timedelta(hours=hours)
        make_interaction("guest:ab", shop.products[number], at=moment)
    answer = recommend_for("because-you-viewed", visitor_key="guest:ab")
    # The first viewed has 40 and 41, the last three have 41 to 44.
    assert set(shown(answer)) == set(shop.products[41:45])


def test_a_list_has_a_hundred_items_at_most():
    products = make_products(120)
    store_for_everyone(make_serving_model("popular"), products)
    assert len(recommend_for("trending", n=1000).items) == 100


def test_declared_placements_keep_their_sizes():
    sizes = {key: rule.size for key, rule in DECLARED.items()}
    assert sizes == {
        "recommended": 12,
        "buy-again": 12,
        "trending": 12,
        "similar": 8,
        "bought-together": 6,
        "recently-viewed": 8,
        "because-you-viewed": 8,
    }


def test_before_any_training_the_most_wanted_come_first(products):
    """Weighed by kind; what was only put back, or has an unknown kind, is not shown."""
    viewed, bought, removed, unknown = products[:4]
    for number in range(2):
        make_interaction(f"user:{number}", viewed)
    make_interaction("user:9", bought, kind="purchase")
    make_interaction("user:9", removed, kind="removal")
    make_interaction("user:9", unknown, kind="shared")
    make_interaction("user:9", products[4])
    wanted = [bought, viewed, products[4]]
    assert items_of_recent_interest() == [str(product.pk) for product in wanted]


def test_a_purchase_before_many_views_is_left_out_all_the_same(shop):
    bought = shop.listed[0]
    moment = TRAINED_AT + timedelta(minutes=1)
    make_interaction("user:1", bought, kind="purchase", at=moment)
    for number, product in enumerate(make_products(80)):
        make_interaction("user:1", product, at=moment + timedelta(minutes=number + 1))
    assert bought not in shown(recommend_for("recommended", visitor_key="user:1"))


def test_an_answer_of_nobody_is_not_personal(shop):
    """Such a page may be cached for everybody."""
    Placement.objects.create(
        key="recommended", basis="visitor", recommender="ease", is_enabled=False
    )
    assert not recommend_for("recommended", visitor_key="user:1").is_personal
    assert not recommend_for("no-such", visitor_key="user:1").is_personal
    assert not recommend_for("trending", visitor_key="user:1").is_personal
    assert not recommend_for("buy-again").is_personal
    assert recommend_for("buy-again", visitor_key="user:1").is_personal


def test_recently_viewed_is_in_the_order_of_the_views(shop):
    for age, product in enumerate(shop.listed[:3]):
        make_interaction("user:7", product, at=TRAINED_AT + timedelta(hours=9 - age))
    answer = recommend_for("recently-viewed", visitor_key="user:7")
    assert shown(answer) == shop.listed[:3]
    scores = [each.score for each in answer.items]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 3


def test_before_the_training_people_count_and_not_events():
    """A hundred looks of one visitor were more than those of thirty."""
    asked, looked_at = make_products(2)
    for _ in range(100):
        make_interaction("guest:one", looked_at)
    for number in range(3):
        make_interaction(f"user:{number}", asked)
    assert items_of_recent_interest() == [str(asked.pk), str(looked_at.pk)]


def test_a_heading_that_the_shop_did_not_sign_is_none():
    assert read_title(sign_title("Tea & more")) == "Tea &amp; more"
    assert read_title("Tea:forged") is None
    assert read_title("") is None


def test_recently_viewed_holds_nothing_that_was_only_bought(shop):
    viewed, bought = shop.listed[:2]
    make_interaction("user:7", viewed)
    make_interaction("user:7", bought, kind="purchase")
    answer = recommend_for("recently-viewed", visitor_key="user:7")
    assert shown(answer) == [viewed]
