"""The write path: interactions are recorded, read from the past, and erased."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_recsys.lazy import exports

if TYPE_CHECKING:
    from .error_boundary import never_raises as never_raises
    from .events import visitor_acted as visitor_acted
    from .identity.origins import (
        number_of_proxies as number_of_proxies,
        origin_of as origin_of,
    )
    from .identity.visitors import (
        Visitor as Visitor,
        email_key as email_key,
        find_visitor_key as find_visitor_key,
        visitor_key_for as visitor_key_for,
        visitor_of as visitor_of,
    )
    from .importing.importer import import_interactions as import_interactions
    from .on_commit import after_commit as after_commit
    from .privacy.erasure import (
        erase_item as erase_item,
        erase_visitor as erase_visitor,
        prune as prune,
    )
    from .privacy.export import (
        export_visitor as export_visitor,
        is_long as is_long,
        stream_export as stream_export,
    )
    from .purchases.backfill import backfill as backfill, catch_up as catch_up
    from .purchases.live_hook import line_was_saved as line_was_saved
    from .purchases.reader import LINE_KINDS as LINE_KINDS
    from .purchases.sources import (
        KNOWN as KNOWN,
        PurchaseSource as PurchaseSource,
        make_source as make_source,
        purchase_sources as purchase_sources,
    )
    from .recording.batch import Outcome as Outcome, record_batch as record_batch
    from .recording.record import (
        account_of as account_of,
        browsing_key as browsing_key,
        record_interaction as record_interaction,
    )
    from .recording.refusals import (
        reason_of as reason_of,
        refusals as refusals,
        refused_since_yesterday as refused_since_yesterday,
        sentence_of as sentence_of,
    )
    from .reports import BackfillReport as BackfillReport, ImportReport as ImportReport
    from .rows import (
        InteractionRow as InteractionRow,
        make_row as make_row,
        web_event as web_event,
    )

__getattr__, __all__ = exports(
    __name__,
    {
        "error_boundary": "never_raises",
        "events": "visitor_acted",
        "identity.origins": "number_of_proxies origin_of",
        "identity.visitors": (
            "Visitor email_key find_visitor_key visitor_key_for visitor_of"
        ),
        "importing.importer": "import_interactions",
        "on_commit": "after_commit",
        "privacy.erasure": "erase_item erase_visitor prune",
        "privacy.export": "export_visitor is_long stream_export",
        "purchases.backfill": "backfill catch_up",
        "purchases.live_hook": "line_was_saved",
        "purchases.reader": "LINE_KINDS",
        "purchases.sources": "KNOWN PurchaseSource make_source purchase_sources",
        "recording.batch": "Outcome record_batch",
        "recording.record": "account_of browsing_key record_interaction",
        "recording.refusals": (
            "reason_of refusals refused_since_yesterday sentence_of"
        ),
        "reports": "BackfillReport ImportReport",
        "rows": "InteractionRow make_row web_event",
    },
)
