from datetime import timedelta

import pytest

from django_recsys.models import Lease
from tests.tracking.conftest import NOW

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def take(holder, now=NOW):
    return Lease.objects.take("training", holder, now=now, ttl=MINUTE)


def test_first_one_gets_it_and_the_second_does_not():
    assert take("ada")
    assert not take("bob")
    assert take("ada")


def test_one_that_has_run_out_can_be_taken():
    take("ada")
    assert not take("bob", NOW + MINUTE)
    assert take("bob", NOW + 2 * MINUTE)
    assert not Lease.objects.renew("training", "ada", now=NOW + MINUTE, ttl=MINUTE)


def test_renewing_prolongs_it():
    take("ada")
    assert Lease.objects.renew("training", "ada", now=NOW + MINUTE, ttl=MINUTE)
    assert not take("bob", NOW + 2 * MINUTE)


def test_only_its_holder_gives_it_back():
    take("ada")
    assert not Lease.objects.give_back("training", "bob")
    assert Lease.objects.give_back("training", "ada")
    assert take("bob")


def test_lease_says_who_holds_it():
    take("ada")
    assert str(Lease.objects.get()) == "training: ada"
    Lease.objects.give_back("training", "ada")
    assert str(Lease.objects.get()) == "training: -"
