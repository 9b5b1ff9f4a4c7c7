from datetime import timedelta

import pytest
from django.db import transaction

from django_recsys.models import Lease
from django_recsys.models.leases import DatabaseNow

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def take(holder):
    return Lease.objects.take("training", holder, ttl=MINUTE)


def move(by):
    """Let a lease end in `by`, counted from now."""
    Lease.objects.update(expires_at=DatabaseNow() + by)


def test_first_one_gets_it_and_the_second_does_not():
    assert take("ada")
    assert not take("bob")
    assert take("ada")


def test_one_that_has_run_out_can_be_taken():
    take("ada")
    move(MINUTE / 4)
    assert not take("bob")
    move(-MINUTE / 4)
    assert take("bob")
    assert not Lease.objects.renew("training", "ada", ttl=MINUTE)


def test_renewing_prolongs_it():
    take("ada")
    move(-MINUTE / 4)
    assert Lease.objects.renew("training", "ada", ttl=MINUTE)
    assert not take("bob")


def test_whoever_holds_it_is_told_so():
    take("ada")
    with transaction.atomic():
        assert Lease.objects.is_held("training", "ada")
        assert not Lease.objects.is_held("training", "bob")


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
