"""What an Oscar shop knows on the first day of the plugin."""

from collections import Counter

import pytest
from django.utils import timezone
from oscar.core.loading import get_model

from django_recsys.contrib.oscar.history import past
from django_recsys.models import Interaction
from django_recsys.tracking import backfill, visitor_key_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def remembered(shop):
    """Give one customer a past of every kind, without a word of ours."""
    user, cup = shop.users[0], shop.tea[2]
    get_model("analytics", "UserProductView").objects.create(user=user, product=cup)
    shop.order(user, cup)
    shop.order(user, shop.tea[0]).set_status("Cancelled")
    wishes = get_model("wishlists", "WishList").objects.create(owner=user)
    wishes.add(shop.tea[1])
    model = get_model("reviews", "ProductReview")
    for status in (model.APPROVED, model.FOR_MODERATION):
        model.objects.create(
            product=shop.tea[0],
            user=user if status == model.APPROVED else shop.users[1],
            score=4,
            title="t",
            body="b",
            status=status,
        )
    basket = get_model("basket", "Basket").objects.create(owner=user)
    from oscar.core.loading import get_class

    basket.strategy = get_class("partner.strategy", "Default")()
    basket.add_product(cup.children.last(), quantity=3)
    Interaction.objects.all().delete()
    return shop


def test_backfill_reads_all_of_it_once(remembered):
    assert backfill(now=timezone.now()).recorded == 7
    assert backfill(now=timezone.now()).recorded == 0
    kinds = Counter(Interaction.objects.values_list("kind", flat=True))
    assert kinds == {
        "view": 1,
        "cart_add": 1,
        "like": 1,
        "rating": 1,
        "purchase": 2,
        "return": 1,
    }
    key = visitor_key_for(remembered.users[0])
    assert set(Interaction.objects.values_list("visitor_key", flat=True)) == {key}
    cup = str(remembered.tea[2].pk)
    assert Interaction.objects.filter(item_id=cup).count() == 3


def test_views_that_we_recorded_ourselves_are_not_told_again(
    shop, browse, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        browse(shop.users[0]).get(shop.tea[0].get_absolute_url())
    assert get_model("analytics", "UserProductView").objects.count() == 1
    assert Interaction.objects.filter(kind="view").count() == 1
    assert [each for each in past() if each["kind"] == "view"] == []


def test_basket_told_live_is_not_told_again(
    shop, browse, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        browse(shop.users[0]).post(f"/basket/add/{shop.tea[0].pk}/", {"quantity": 1})
    assert Interaction.objects.filter(kind="cart_add").count() == 1
    assert backfill(now=timezone.now()).recorded == 0
