from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from django_recsys.exceptions import ConfigurationError, DataError
from django_recsys.models import Interaction
from django_recsys.tracking import record_interaction
from django_recsys.tracking.events import visitor_acted
from tests.tracking.conftest import stored

REFUSALS = ("", "0", "false", "no", "off", "deny", "denied", "rejected")

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_value_is_stored(ada, product, now):
    record_interaction(
        user=ada,
        item=product,
        kind="purchase",
        quantity=2,
        price="3.50",
        occurred_at=now,
        event_id="till:7",
        reference="A1",
    )
    row = Interaction.objects.get()
    assert (row.visitor_key, row.item_id) == (f"user:{ada.pk}", str(product.pk))
    assert (row.kind, row.event_id, row.reference) == ("purchase", "till:7", "A1")
    assert (row.quantity, row.price, row.value) == (2.0, Decimal("3.50"), None)
    assert row.occurred_at == now
    assert row.recorded_at > now


def test_item_may_be_a_primary_key(ada, product):
    record_interaction(user=ada, item=product.pk, kind="view")
    assert stored("item_id") == [str(product.pk)]


def test_same_event_is_stored_once(ada, product):
    for _time in range(2):
        record_interaction(user=ada, item=product, kind="view", event_id="e1")
    record_interaction(user=ada, item=product, kind="like", event_id="e1")
    assert stored("kind") == ["view", "like"]


def test_same_event_twice_leaves_the_transaction_whole(ada, product):
    with transaction.atomic():
        record_interaction(user=ada, item=product, kind="view", event_id="e1")
        record_interaction(user=ada, item=product, kind="view", event_id="e1")
    assert Interaction.objects.count() == 1


def test_row_is_written_after_the_commit(ada, product):
    with transaction.atomic():
        record_interaction(user=ada, item=product, kind="view")
        assert stored("pk") == []
    assert len(stored("pk")) == 1


def test_rollback_leaves_nothing(ada, product):
    with transaction.atomic():
        record_interaction(user=ada, item=product, kind="view")
        transaction.set_rollback(True)
    assert stored("pk") == []


def test_events_without_an_id_are_all_stored(ada, product):
    for _time in range(2):
        record_interaction(user=ada, item=product, kind="view")
    assert len(stored("pk")) == 2


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"kind": "vote"}, "kind is 'vote': use one of cart_add, like, purchase"),
        ({"kind": "rating"}, "value is missing: a rating needs its stars"),
        ({"kind": "rating", "value": "five"}, "value is 'five', which is no number"),
        ({"kind": "view", "quantity": 0}, "quantity is 0"),
        ({"kind": "view", "quantity": float("inf")}, "give a finite number"),
        ({"kind": "purchase", "price": "free"}, "price is 'free'"),
        ({"kind": "purchase", "price": 10**11}, "at most ten digits"),
        ({"kind": "view", "event_id": "x" * 192}, "event_id has 192 characters"),
        ({"kind": "view", "event_id": " "}, "event_id is empty"),
        ({"kind": "view", "occurred_at": "soon"}, "timestamp is 'soon'"),
    ],
)
def test_unusable_value_is_named(ada, product, given, sentence):
    with pytest.raises(ValueError, match=sentence):
        record_interaction(user=ada, item=product, **given)
    assert stored("pk") == []


def test_object_that_is_no_item_is_named(ada):
    with pytest.raises(ConfigurationError, match="auth.User is none of"):
        record_interaction(user=ada, item=ada, kind="view")


def test_rating_keeps_its_stars(ada, product):
    record_interaction(user=ada, item=product, kind="rating", value=4)
    assert stored("value") == [4.0]


def test_negative_quantity_of_a_purchase_is_a_return(ada, product):
    record_interaction(user=ada, item=product, kind="purchase", quantity=-2)
    assert stored("kind", "quantity") == [("return", 2.0)]


def test_naive_moment_is_the_projects_own_time(ada, product, now):
    naive = now.replace(tzinfo=None)
    record_interaction(user=ada, item=product, kind="view", occurred_at=naive)
    assert stored("occurred_at") == [now]


def test_nothing_is_recorded_while_switched_off(ada, product, settings):
    settings.RECSYS = {**settings.RECSYS, "ENABLED": False}
    record_interaction(user=ada, item=product, kind="view")
    assert stored("pk") == []


def test_visitor_key_goes_before_user_and_request(ada, product, browser):
    record_interaction(
        item=product,
        kind="view",
        user=ada,
        request=browser(ada),
        visitor_key="email:0",
    )
    assert stored("visitor_key") == ["email:0"]


def test_anonymous_user_without_request_is_nobody(product):
    record_interaction(item=product, kind="view", user=AnonymousUser())
    record_interaction(item=product, kind="view")
    assert stored("pk") == []


def test_account_of_the_request_is_recorded(ada, product, browser):
    record_interaction(item=product, kind="view", request=browser(ada))
    assert stored("visitor_key") == [f"user:{ada.pk}"]


def test_guest_with_consent_keeps_one_key(product, browser):
    request = browser()
    for kind in ("view", "cart_add"):
        record_interaction(item=product, kind=kind, request=request)
    keys = set(stored("visitor_key"))
    assert len(keys) == 1
    assert keys.pop().startswith("guest:")


@pytest.mark.parametrize(
    "cookies", [{}, *({"recsys_consent": word} for word in [*REFUSALS, " Denied "])]
)
def test_guest_without_consent_is_left_out(product, browser, cookies):
    record_interaction(item=product, kind="view", request=browser(cookies=cookies))
    assert stored("pk") == []


@pytest.mark.parametrize("header", ["HTTP_SEC_GPC", "HTTP_DNT"])
@pytest.mark.parametrize("kind", ["view", "cart_add", "removal", "like"])
def test_objection_stops_browsing_events(ada, product, browser, header, kind):
    record_interaction(item=product, kind=kind, request=browser(ada, **{header: "1"}))
    record_interaction(item=product, kind=kind, request=browser(**{header: "1"}))
    assert stored("pk") == []


@pytest.mark.parametrize("header", ["HTTP_SEC_GPC", "HTTP_DNT"])
def test_objection_does_not_stop_purchases(ada, product, browser, header):
    request = browser(ada, **{header: "1"})
    record_interaction(item=product, kind="purchase", request=request)
    assert stored("visitor_key") == [f"user:{ada.pk}"]


def test_purchase_of_a_guest_who_objects_makes_no_key(product, browser):
    request = browser(HTTP_SEC_GPC="1")
    record_interaction(item=product, kind="purchase", request=request, reference="A1")
    assert stored("pk") == []


def test_staff_browse_unrecorded_but_buy(ada, product, browser):
    ada.is_staff = True
    record_interaction(item=product, kind="view", request=browser(ada))
    record_interaction(item=product, kind="view", user=ada)
    record_interaction(item=product, kind="purchase", user=ada)
    assert stored("kind") == ["purchase"]


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "facebookexternalhit/1.1",
        "curl/8.5.0",
        "python-requests/2.32",
        "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/140.0 Safari/537.36",
    ],
)
def test_programs_are_left_out(ada, product, browser, agent):
    request = browser(ada, HTTP_USER_AGENT=agent)
    record_interaction(item=product, kind="view", request=request)
    assert stored("pk") == []


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 "
        "(KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (Linux; Android 15; CUBOT X90) AppleWebKit/537.36 Chrome/140.0",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Edg/140.0",
    ],
)
def test_people_are_recorded(ada, product, browser, agent):
    request = browser(ada, HTTP_USER_AGENT=agent)
    record_interaction(item=product, kind="view", request=request)
    assert len(stored("pk")) == 1


def only_ada(request):
    return request.user.username == "ada"


def test_shop_may_decide_on_consent(ada, product, browser, settings):
    settings.RECSYS = {**settings.RECSYS, "CONSENT": f"{__name__}.only_ada"}
    record_interaction(item=product, kind="view", request=browser(ada))
    record_interaction(item=product, kind="view", request=browser())
    assert stored("visitor_key") == [f"user:{ada.pk}"]


def test_old_moment_is_taken(ada, product, now):
    old = now - timedelta(days=4000)
    record_interaction(user=ada, item=product, kind="view", occurred_at=old)
    assert stored("occurred_at") == [old]


def test_an_error_of_ours_reaches_no_caller(ada, product, monkeypatch, caplog):
    from django_recsys.tracking.recording import record

    def broken(row):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(record, "insert_row", broken)
    record.write(record.make_row(
        visitor_key="user:1", item_id="1", kind="view",
        occurred_at=record.timezone.now(), recorded_at=record.timezone.now(),
    ))  # fmt: skip
    assert "could not record an interaction" in caplog.text


@pytest.mark.parametrize(
    ("reference", "stored_rows"), [("A1", 1), ("", 1)], ids=["an order", "none"]
)
def test_rows_that_waited_are_stored_once(reference, stored_rows):
    from django_recsys.tracking.recording import record

    now = record.timezone.now()
    row = record.make_row(
        visitor_key="user:1", item_id="1", kind="purchase", occurred_at=now,
        recorded_at=now, reference=reference,
    )  # fmt: skip
    record.store_kept([row])
    assert Interaction.objects.count() == stored_rows


def test_whoever_is_named_before_the_question_mark_is_announced(product):
    heard = []
    visitor_acted.connect(lambda **said: heard.append(said["visitor_key"]), weak=False)
    record_interaction(visitor_key="!x", item=product, kind="purchase", reference="A1")
    assert heard == ["!x"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("item", {"id": 1}),
        ("item", [3]),
        ("item", True),
        ("item", 1.5),
        pytest.param("item", 10**5000, id="5,001 digits"),
        ("visitor_key", {"id": 1}),
        ("kind", ["view"]),
        ("kind", {}),
        ("quantity", 10**400),
        ("quantity", 1e-9),
        ("value", "1e400"),
        ("price", "1e9999999"),
        ("price", "9999999999.99999"),
        ("occurred_at", "0001-01-01"),
        ("occurred_at", 1767225600000),
        ("event_id", "\ud800"),
        ("reference", b"\xff"),
    ],
)
def test_what_no_column_takes_is_refused_at_once(product, name, value):
    given = {"item": product, "kind": "view", "visitor_key": "user:1", name: value}
    with pytest.raises(DataError, match=f"^{name}|^timestamp"):
        record_interaction(**given)
    assert stored("pk") == []


def test_a_key_may_be_as_long_as_its_column(product):
    whole = "x" * 191
    record_interaction(visitor_key=whole, item=product, kind="view")
    assert stored("visitor_key") == [whole]
    with pytest.raises(ValueError, match="192 characters"):
        record_interaction(visitor_key=whole + "x", item=product, kind="view")
