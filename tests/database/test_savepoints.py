"""A failure of ours inside the host's transaction."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from django_recsys.database.savepoints import savepoint
from django_recsys.models import Interaction

pytestmark = pytest.mark.django_db(transaction=True)


def spoil():
    with savepoint(), connection.cursor() as cursor:
        cursor.execute("SELECT nothing FROM nowhere")


def test_host_goes_on_after_a_failure_of_ours():
    with transaction.atomic():
        with pytest.raises(DatabaseError):
            spoil()
        assert Interaction.objects.count() == 0


def test_outside_of_a_transaction_nothing_is_sent():
    with CaptureQueriesContext(connection) as queries, savepoint():
        pass
    assert len(queries) == 0
