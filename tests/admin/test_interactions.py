"""The list of what visitors did."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from django_recsys.tracking import refusals
from django_recsys.tracking.recording.refusals import STAFF
from tests.factories import make_interaction, make_products

pytestmark = pytest.mark.django_db
LIST = "admin:django_recsys_interaction_changelist"


@pytest.mark.parametrize(
    "moment",
    [
        datetime(9999, 12, 31, 23, 30, tzinfo=UTC),
        datetime(1, 1, 1, 0, 30, tzinfo=UTC),
        datetime(2046, 1, 1, tzinfo=UTC),
    ],
)
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York"])
def test_a_date_at_the_end_of_the_calendar_breaks_no_page(
    settings, admin_client, moment, zone
):
    settings.TIME_ZONE = zone
    row = make_interaction("user:1", make_products(1)[0], at=moment)

    listed = admin_client.get(reverse(LIST))
    page = admin_client.get(
        reverse("admin:django_recsys_interaction_change", args=[row.pk])
    )

    assert (listed.status_code, page.status_code) == (200, 200)
    assert "user:1" in page.content.decode()


@pytest.mark.parametrize("text", ["user:1", "17"])
def test_search_is_by_whole_keys_and_by_an_index(admin_client, text):
    """It compared every row without regard to case."""
    make_interaction("user:1", 17)
    make_interaction("user:11", 117)
    with CaptureQueriesContext(connection) as captured:
        page = admin_client.get(reverse(LIST), {"q": text})
    assert page.context["cl"].result_count == 1
    sql = " ".join(query["sql"] for query in captured.captured_queries)
    assert "LIKE" not in sql.upper().replace("LIKELIHOOD", "")
    assert "UPPER(" not in sql.upper()


def test_what_was_refused_stands_above_the_list(admin_client, refused_nothing):
    assert "refused" not in admin_client.get(reverse(LIST)).content.decode()
    refusals.add("view", STAFF, 14)
    refusals.flush()
    page = admin_client.get(reverse(LIST)).content.decode()
    assert "Since yesterday: 14 refused: view (staff)" in page
