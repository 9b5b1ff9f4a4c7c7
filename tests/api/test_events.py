import json

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from django_recsys.api.throttles import EventBudget
from django_recsys.models import Interaction
from django_recsys.tracking.identity.merging import join_keys

pytestmark = pytest.mark.django_db(transaction=True)


def send(client, body, **extra):
    text = body if isinstance(body, str) else json.dumps(body)
    return client.post(
        "/recsys/events/", text, content_type="application/json", **extra
    )


def recorded():
    rows = Interaction.objects.order_by("pk")
    return list(rows.values_list("visitor_key", "item_id", "kind"))


def test_account_records_a_batch(session, ada, products):
    first, second = str(products[0].pk), products[1].pk
    response = send(
        session,
        [
            {"kind": "view", "item_id": first},
            {"kind": "cart_add", "item_id": second, "quantity": 2},
        ],
    )
    assert response.status_code == 202
    stored = ["stored"] * 2
    assert response.json() == {"accepted": 2, "results": stored, "rejected": []}
    key = f"user:{ada.pk}"
    assert recorded() == [(key, first, "view"), (key, str(second), "cart_add")]
    assert Interaction.objects.get(kind="cart_add").quantity == 2


def test_one_event_needs_no_list(session, products):
    body = {"kind": "like", "item_id": str(products[0].pk)}
    answer = send(session, body).json()
    assert answer == {"accepted": 1, "results": ["stored"], "rejected": []}
    assert len(recorded()) == 1


def test_browser_cannot_claim_a_purchase(session, products):
    answer = send(session, [{"kind": "purchase", "item_id": "1"}]).json()
    assert answer["accepted"] == 0
    assert answer["rejected"][0]["index"] == 0
    assert "kind" in answer["rejected"][0]["error"]
    assert recorded() == []


@pytest.mark.parametrize(
    "event",
    [
        7,
        None,
        {},
        {"kind": "view"},
        {"kind": ["view"], "item_id": "1"},
        {"kind": "rating", "item_id": "1"},
        {"kind": "view", "item_id": None},
        {"kind": "view", "item_id": True},
        {"kind": "view", "item_id": {"pk": 1}},
        {"kind": "view", "item_id": ""},
        {"kind": "view", "item_id": "x" * 192},
        {"kind": "view", "item_id": "no-number"},
        {"kind": "view", "item_id": "1\0"},
        {"kind": "cart_add", "item_id": "1", "quantity": "two"},
        {"kind": "cart_add", "item_id": "1", "quantity": 0},
        {"kind": "cart_add", "item_id": "1", "quantity": True},
        {"kind": "cart_add", "item_id": "1", "quantity": 1e300},
        {"kind": "view", "item_id": 1.5},
        {"kind": "view", "item_id": "\ud800"},
        {"kind": "view", "item_id": 10**191},
        {"kind": "view", "item_id": "1", "quantity": "2"},
        {"kind": "view", "item_id": "1", "quantity": None},
        {"kind": "view", "item_id": "1", "quantity": 10**400},
        {"kind": "view", "item_id": "1", "event_id": ""},
        {"kind": "view", "item_id": "1", "event_id": "1\0"},
        {"kind": "view", "item_id": "1", "event_id": 5},
        {"kind": "view", "item_id": "1", "event_id": "x" * 65},
    ],
)
def test_wrong_event_holds_up_no_other(session, products, event):
    good = {"kind": "view", "item_id": str(products[0].pk)}
    answer = send(session, [good, event, good]).json()
    assert answer["accepted"] == 2
    [refusal] = answer["rejected"]
    assert refusal["index"] == 1
    assert refusal["error"]
    assert len(recorded()) == 2


KINDS = "one of cart_add, click, impression, like, removal, view"
ITEM_ID = "a text of 1 to 191 characters, or a whole number"


@pytest.mark.parametrize(
    ("event", "error"),
    [
        (7, "An event is 7: give an object with its kind."),
        ([], "An event is a list: give an object with its kind."),
        ({}, f"kind is missing: give {KINDS}."),
        ({"kind": "purchase"}, f'kind is "purchase": give {KINDS}.'),
        ({"kind": {}}, f"kind is an object: give {KINDS}."),
        ({"kind": "like", "item_id": True}, f"item_id is true: give {ITEM_ID}."),
        ({"kind": "like", "item_id": " "}, f'item_id is " ": give {ITEM_ID}.'),
        (
            {"kind": "like", "item_id": "1", "quantity": 0},
            "quantity is 0: give a number above 0, up to 10000.",
        ),
        ({"kind": "like"}, f"item_id is missing: give {ITEM_ID}."),
        (
            {"kind": "like", "item_id": "x" * 192, "quantity": 10**400},
            f'item_id is "{"x" * 39}...: give {ITEM_ID}. '
            f"quantity is 1{'0' * 39}...: give a number above 0, up to 10000.",
        ),
        (
            {"kind": "like", "item_id": 1, "quantity": True, "event_id": "\ud800"},
            "quantity is true: give a number above 0, up to 10000. "
            'event_id is "\\ud800": give a text of 1 to 64 characters.',
        ),
    ],
)
def test_refusal_names_the_value_and_the_way_out(session, event, error):
    answer = send(session, [event]).json()
    rejected = [{"index": 0, "error": error}]
    assert answer == {"accepted": 0, "results": ["refused"], "rejected": rejected}


@pytest.mark.parametrize(
    "extra", [{"quantity": 0.5}, {"quantity": 10_000}, {"event_id": None}, {"more": []}]
)
def test_values_at_their_limits_are_recorded(session, products, extra):
    event = {"kind": "view", "item_id": products[0].pk, **extra}
    assert send(session, event).json()["results"] == ["stored"]
    assert Interaction.objects.get().quantity == extra.get("quantity", 1)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400),
        ("5", 400),
        ('"view"', 400),
        ("[" * 30_000, 400),
        ('{"kind": "view", "item_id": "1", "quantity": NaN}', 400),
        (json.dumps([{"kind": "view", "item_id": "1"}] * 101), 400),
        (" " * 70_000, 413),
    ],
)
def test_body_that_is_no_batch_is_refused(session, body, status):
    response = send(session, body)
    assert response.status_code == status
    assert response["Content-Type"] == "application/json"
    assert recorded() == []


def test_form_post_is_refused(session):
    assert session.post("/recsys/events/", {"kind": "view"}).status_code == 415


def test_same_event_id_counts_once_per_visitor(session, ada, products):
    event = {"kind": "view", "item_id": str(products[0].pk), "event_id": "a1"}
    send(session, event)
    send(session, [event, event])
    assert len(recorded()) == 1
    other = Client(headers={"user-agent": "Mozilla/5.0"})
    other.force_login(User.objects.create_user("bob"))
    send(other, event)
    assert len(recorded()) == 2


def test_guest_without_consent_is_not_recorded(browser, products):
    answer = send(browser, [{"kind": "view", "item_id": str(products[0].pk)}]).json()
    assert answer["accepted"] == 0
    assert "consent" in answer["rejected"][0]["error"]
    assert recorded() == []
    assert "recsys_visitor" not in browser.cookies


def test_guest_with_consent_gets_a_key(consenting_guest, products):
    event = {"kind": "view", "item_id": str(products[0].pk)}
    assert send(consenting_guest, event).json()["accepted"] == 1
    assert send(consenting_guest, event).json()["accepted"] == 1
    keys = {key for key, _item, _kind in recorded()}
    assert len(keys) == 1
    assert keys.pop().startswith("guest:")


def test_global_privacy_control_means_no(session, products):
    event = {"kind": "view", "item_id": str(products[0].pk)}
    assert send(session, event, headers={"Sec-GPC": "1"}).json()["accepted"] == 0


def test_impressions_and_clicks_are_accepted_and_kept_nowhere(session, products):
    events = [{"kind": "impression", "placement": "recommended"}, {"kind": "click"}]
    answer = send(session, events).json()
    assert (answer["accepted"], answer["rejected"]) == (2, [])
    assert recorded() == []


@pytest.mark.parametrize("is_logged_in", [True, False])
def test_event_needs_the_csrf_token(ada, products, is_logged_in):
    strict = Client(enforce_csrf_checks=True, headers={"user-agent": "Mozilla/5.0"})
    strict.cookies["recsys_consent"] = "yes"
    if is_logged_in:
        strict.force_login(ada)
    event = {"kind": "view", "item_id": str(products[0].pk)}
    assert send(strict, event).status_code == 403
    assert recorded() == []
    token = "a" * 32
    strict.cookies["csrftoken"] = token
    assert send(strict, event, headers={"X-CSRFToken": token}).status_code == 202
    assert len(recorded()) == 1


def test_events_are_throttled(session, monkeypatch):
    from django_recsys.api.throttles import EventThrottle

    monkeypatch.setattr(EventThrottle, "most", 1)
    assert send(session, []).status_code == 202
    assert send(session, []).status_code == 429


@override_settings(RECSYS={"ITEM_MODEL": "shop.Product", "ENABLED": False})
def test_off_switch_records_nothing(session, products):
    event = {"kind": "view", "item_id": str(products[0].pk)}
    assert send(session, event).json()["accepted"] == 0
    assert recorded() == []


def test_a_batch_is_one_write(session, products):
    """A hundred inserts and commits made pages wait."""
    send(session, [])
    events = [
        {"kind": "view", "item_id": str(products[n % 9].pk), "event_id": f"e{n}"}
        for n in range(100)
    ]
    with CaptureQueriesContext(connection) as captured:
        answer = send(session, events).json()
    assert answer["accepted"] == 100
    assert len(recorded()) == 100
    texts = [query["sql"].split()[0] for query in captured.captured_queries]
    # On SQLite `executemany` is shown once for all rows.
    assert texts.count("BEGIN") <= 1
    assert sum(text == "INSERT" for text in texts) <= 1


def test_the_answer_tells_stored_from_duplicate_and_refused(session, products):
    one = {"kind": "view", "item_id": str(products[0].pk), "event_id": "a"}
    liked, wrong = {**one, "kind": "like"}, {**one, "item_id": 1.5}
    events = [one, liked, one, wrong, {"kind": "click"}]
    first = send(session, events).json()
    assert first["results"] == ["stored", "stored", "duplicate", "refused", "accepted"]
    assert [each["index"] for each in first["rejected"]] == [3]
    again = send(session, events).json()["results"]
    assert again == ["duplicate", "duplicate", "duplicate", "refused", "accepted"]
    assert len(recorded()) == 2


def test_a_retry_after_the_login_is_the_same_event(browser, ada, products):
    event = {"kind": "view", "item_id": str(products[0].pk), "event_id": "a"}
    browser.cookies["recsys_consent"] = "yes"
    assert send(browser, event).json()["results"] == ["stored"]
    token = Interaction.objects.get().visitor_key.partition(":")[2]
    join_keys(f"guest:{token}", f"user:{ada.pk}")
    browser.force_login(ada)
    assert send(browser, event).json()["results"] == ["duplicate"]
    [row] = Interaction.objects.all()
    assert row.visitor_key == f"user:{ada.pk}"
    assert token not in row.event_id


def test_events_are_counted_one_by_one(session, products, monkeypatch):
    monkeypatch.setattr(EventBudget, "most", 5)
    event = {"kind": "view", "item_id": str(products[0].pk)}
    assert send(session, [event] * 4).status_code == 202
    refused = send(session, [event] * 2)
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert len(recorded()) == 4


def test_a_transaction_of_the_request_does_not_hold_the_write_up(session, products):
    """With ATOMIC_REQUESTS nothing was stored before the answer said so."""
    connection.settings_dict["ATOMIC_REQUESTS"] = True
    try:
        event = {"kind": "view", "item_id": str(products[0].pk)}
        assert send(session, event).json()["results"] == ["stored"]
    finally:
        connection.settings_dict["ATOMIC_REQUESTS"] = False
    assert len(recorded()) == 1
