import pytest
from django.contrib.auth.models import Permission, User

from django_recsys.models import RecommenderConfig
from tests.factories import make_serving_model


@pytest.fixture
def boss(client):
    """A browser in which a superuser is logged in."""
    client.force_login(User.objects.create_superuser("boss"))
    return client


@pytest.fixture
def onlooker(client):
    """A browser of somebody who may look at everything and change nothing."""
    user = User.objects.create_user("onlooker", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(user)
    return client


@pytest.fixture
def ease():
    """The recommender of this name, with two versions, the second serving."""
    make_serving_model("ease")
    make_serving_model("ease")
    return RecommenderConfig.objects.get(key="ease")


def messages_of(response):
    return [str(message) for message in response.context["messages"]]
