"""Joins what a guest did to the account that the guest logs in to."""

from functools import partial

from django.db.models import Exists, OuterRef, Value
from django.db.models.functions import Concat, Substr
from django.http import HttpRequest
from django.utils import timezone

from django_recsys.database.alias import our_alias
from django_recsys.database.batches import delete_in_batches
from django_recsys.database.deadline import within_deadline
from django_recsys.models import Interaction, StoredRecommendations
from django_recsys.tracking.error_boundary import never_raises
from django_recsys.tracking.on_commit import after_commit
from django_recsys.tracking.rows import WEB_EVENT

from .guests import guest_of
from .visitors import has_consent


def merge_guest(request: HttpRequest, account_key: str) -> None:
    """Give the guest's rows to the account, once, and take the cookie back.

    Nothing is joined of a guest who did not agree to be recorded, or took that back.
    """
    guest = guest_of(request)
    guest_key = guest.key
    guest.forget()
    if guest_key is not None and has_consent(request, None):
        after_commit(partial(join_keys, guest_key, account_key))


@never_raises("join a guest's history to the account")
def join_keys(guest_key: str, account_key: str) -> None:
    """Rename the rows of one key to another; a second time finds nothing to rename."""
    within_deadline(partial(rename, guest_key, account_key))


def rename(guest_key: str, account_key: str) -> None:
    """Give the rows of one key another; the lists of a guest are worth nothing then."""
    alias = our_alias()
    rename_events(alias, guest_key, account_key)
    rows = Interaction.objects.using(alias).filter(visitor_key=guest_key)
    # As if recorded now: the account's models have not seen these rows either.
    rows.update(visitor_key=account_key, recorded_at=timezone.now())
    lists = StoredRecommendations.objects.using(alias).filter(visitor_key=guest_key)
    lists.delete()


def rename_events(alias: str, guest_key: str, account_key: str) -> None:
    """Let the browser's events name the account, so that a retry finds them.

    The guest's token goes from them, too. What the account has stored already under
    the same id is the same event, sent again after the login.
    """
    before, after = f"{WEB_EVENT}{guest_key}:", f"{WEB_EVENT}{account_key}:"
    of_browser = Interaction.objects.using(alias).filter(
        visitor_key=guest_key, event_id__startswith=before
    )
    renamed = Concat(Value(after), Substr("event_id", len(before) + 1))
    known = Interaction.objects.using(alias).filter(
        kind=OuterRef("kind"), event_id=OuterRef("renamed")
    )
    twice = of_browser.annotate(renamed=renamed).filter(Exists(known))
    delete_in_batches(twice)
    of_browser.update(event_id=renamed)
