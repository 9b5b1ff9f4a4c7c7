"""What Oscar says while people browse, buy, review and send back."""

import pytest
from django.db import DatabaseError
from django.http import HttpResponse
from oscar.apps.basket.signals import basket_addition
from oscar.apps.catalogue.signals import product_viewed
from oscar.core.loading import get_model

from django_recsys.models import Interaction
from django_recsys.tracking import email_key, visitor_key_for

pytestmark = pytest.mark.django_db


def rows(kind):
    return list(
        Interaction.objects.filter(kind=kind).values_list("visitor_key", "item_id")
    )


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    def run():
        return django_capture_on_commit_callbacks(execute=True)

    return run


def test_view_is_recorded_on_commit(shop, browse, django_capture_on_commit_callbacks):
    user, cup = shop.users[0], shop.tea[2]
    browser = browse(user)
    with django_capture_on_commit_callbacks() as waiting:
        browser.get(cup.get_absolute_url())
    assert rows("view") == []
    for write in waiting:
        write()
    assert rows("view") == [(visitor_key_for(user), str(cup.pk))]


def test_basket_takes_the_child_and_we_record_its_parent(shop, browse, committed):
    user, cup = shop.users[0], shop.tea[2]
    child = cup.children.first()
    with committed():
        browse(user).post(
            f"/basket/add/{cup.pk}/", {"quantity": 2, "child_id": child.pk}
        )
    assert rows("cart_add") == [(visitor_key_for(user), str(cup.pk))]


def test_fixtures_tell_nothing(shop, rf, committed):
    request = rf.get("/")
    request.user = shop.users[0]
    told = {"product": shop.tea[0], "user": shop.users[0], "request": request}
    with committed():
        product_viewed.send(sender=object(), raw=True, response=HttpResponse(), **told)
        basket_addition.send(sender=object(), raw=True, **told)
    assert Interaction.objects.count() == 0


def test_search_is_left_to_oscar_and_what_comes_of_it_is_heard(shop, browse, committed):
    user, kettle = shop.users[0], shop.tea[0]
    browser = browse(user)
    with committed():
        found = browser.get("/search/", {"q": "Kettle"})
    assert found.status_code == 200
    assert get_model("analytics", "UserSearch").objects.get().query == "Kettle"
    assert Interaction.objects.count() == 0
    with committed():
        browser.get(kettle.get_absolute_url())
    assert rows("view") == [(visitor_key_for(user), str(kettle.pk))]


def test_order_of_an_account_and_of_a_guest(shop, committed):
    user, pot = shop.users[0], shop.tea[1]
    with committed():
        shop.order(user, pot, shop.tea[2])
        shop.order(None, pot, guest_email="Guest@Example.org")
    mine, guest = visitor_key_for(user), email_key("guest@example.org")
    assert sorted(rows("purchase")) == sorted(
        [(mine, str(pot.pk)), (mine, str(shop.tea[2].pk)), (guest, str(pot.pk))]
    )


def test_returned_orders_and_lines_by_status(shop, committed):
    user, pot, spade = shop.users[0], shop.tea[1], shop.garden[0]
    with committed():
        first = shop.order(user, pot)
        second = shop.order(user, spade)
        third = shop.order(user, shop.tea[0])
    with committed():
        first.set_status("Sent")
    assert rows("return") == []
    with committed():
        first.set_status("Returned")
        second.lines.get().set_status("Returned")
    key = visitor_key_for(user)
    assert sorted(rows("return")) == sorted([(key, str(pot.pk)), (key, str(spade.pk))])
    assert third.status == "Pending"


def test_statuses_of_returns_are_the_shops_own(shop, committed, settings):
    settings.RECSYS_OSCAR = {"RETURN_STATUSES": ["Sent"]}
    with committed():
        order = shop.order(shop.users[0], shop.tea[0])
    with committed():
        order.set_status("Sent")
    assert len(rows("return")) == 1


def test_review_counts_once_a_moderator_approves_it(shop, committed):
    model = get_model("reviews", "ProductReview")
    told = {"product": shop.tea[0], "user": shop.users[0], "score": 2}
    with committed():
        review = model.objects.create(title="Leaks", body="It does.", **told)
    assert rows("rating") == []
    review.status = model.APPROVED
    for _ in range(2):
        with committed():
            review.save()
    [row] = Interaction.objects.filter(kind="rating")
    assert row.value == 2
    assert row.item_id == str(shop.tea[0].pk)


def test_wish_is_a_like(shop, committed):
    wishes = get_model("wishlists", "WishList").objects.create(owner=shop.users[0])
    with committed():
        wishes.add(shop.tea[0])
    assert rows("like") == [(visitor_key_for(shop.users[0]), str(shop.tea[0].pk))]


def test_guest_who_logs_in_keeps_the_history(shop, browse, committed):
    browser = browse()
    browser.cookies["recsys_consent"] = "yes"
    with committed():
        browser.get(shop.tea[0].get_absolute_url())
    [(guest, _item)] = rows("view")
    assert guest.startswith("guest:")
    login = {
        "login-username": "u3@example.org",
        "login-password": "secret",
        "login_submit": "1",
    }
    with committed():
        browser.post("/accounts/login/", login)
    assert rows("view") == [(visitor_key_for(shop.users[3]), str(shop.tea[0].pk))]


def test_failing_receivers_leave_oscar_alone(shop, browse, monkeypatch, committed):
    """Whatever breaks before the commit: the catalogue, the visitor, the key."""

    def refuse(*args, **kwargs):
        raise DatabaseError("down")

    for name in ("record_interaction", "after_commit", "line_was_saved"):
        monkeypatch.setattr(f"django_recsys.contrib.oscar.receivers.{name}", refuse)
    browser = browse(shop.users[0])
    with committed():
        assert browser.get(shop.tea[0].get_absolute_url()).status_code == 200
        put = browser.post(f"/basket/add/{shop.tea[0].pk}/", {"quantity": 1})
        assert put.status_code == 302
        order = shop.order(shop.users[0], shop.tea[0])
        order.set_status("Cancelled")
    assert order.status == "Cancelled"
