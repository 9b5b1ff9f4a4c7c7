"""Suggestions in Oscar's dashboard: offered, refused, accepted, taken back."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from oscar.core.loading import get_model

pytestmark = pytest.mark.django_db


def suggest(*options):
    out = StringIO()
    call_command("recsys_oscar_suggest", *options, "--json", stdout=out)
    return json.loads(out.getvalue())


def ids(product):
    rows = product.primary_recommendations.order_by("-ranking")
    return list(rows.values_list("recommendation_id", flat=True))


def test_merchant_has_the_last_word(trained):
    kettle, pot, spade = trained.tea[0], trained.tea[1], trained.garden[0]
    by_hand = get_model("catalogue", "ProductRecommendation").objects.create(
        primary=pot, recommendation=spade
    )
    first = suggest()
    assert first["left_alone"] == 1
    assert first["products"] >= 10
    assert first["written"] >= 10
    assert ids(pot) == [spade.pk]
    offered = ids(kettle)
    assert offered
    assert suggest()["written"] == 0

    refused = kettle.primary_recommendations.get(recommendation_id=offered[0])
    refused.delete()
    suggest()
    assert offered[0] not in ids(kettle)

    accepted = kettle.primary_recommendations.first()
    accepted.ranking = 90
    accepted.save()
    assert suggest()["left_alone"] == 2

    assert suggest("--withdraw")["withdrawn"] > 0
    assert ids(kettle) == [accepted.recommendation_id]
    by_hand.refresh_from_db()
