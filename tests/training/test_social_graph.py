"""Friendships of the shop reach the fit, as edges between visitor keys."""

import pytest
from django.contrib.auth import get_user_model

from django_recsys.exceptions import ConfigurationError
from django_recsys.learning import registry
from django_recsys.models import Interaction
from django_recsys.training.context import TrainingContext
from django_recsys.training.datasets import read_dataset
from django_recsys.training.fitting import fitted, reads_edges
from django_recsys.training.social_graph import read_friends
from django_recsys.training.spec import TrainingSpec

pytestmark = pytest.mark.django_db


def friendships():
    """Account 3 trusts 6 and 7: one pair of objects, one of keys."""
    account = get_user_model()
    return [(account(pk=3), account(pk=6)), (3, 7)]


def test_accounts_and_keys_become_visitors(tastes, settings):
    settings.RECSYS = {**settings.RECSYS, "SOCIAL_GRAPH": f"{__name__}.friendships"}
    edges = read_friends()
    assert edges.sources.tolist() == ["user:3", "user:3"]
    assert edges.targets.tolist() == ["user:6", "user:7"]


def test_lists_draw_from_what_friends_took(tastes, settings):
    settings.RECSYS = {**settings.RECSYS, "SOCIAL_GRAPH": f"{__name__}.friendships"}
    context = TrainingContext(read_dataset())
    spec = TrainingSpec("social", {}, {"purchase": 1.0, "view": 1.0}, None)
    recommender, _ = fitted(spec, context.all_rows(spec)[0], context)
    answer = recommender.recommend(["user:3"], exclude_seen=False)
    shown = {each for each in answer.item_ids[0] if each}
    friends = Interaction.objects.filter(visitor_key__in=["user:6", "user:7"])
    took = set(friends.values_list("item_id", flat=True))
    assert shown
    assert shown <= took
    assert not recommender.recommend(["user:6"]).item_ids.any()


def test_without_friends_nothing_is_read(settings):
    assert read_friends() is None
    assert reads_edges(registry.create("blend", sources="ease, social"))
    assert not reads_edges(registry.create("ease"))
    settings.RECSYS = {**settings.RECSYS, "SOCIAL_GRAPH": "tests.nothing"}
    with pytest.raises(ConfigurationError, match="SOCIAL_GRAPH"):
        read_friends()
