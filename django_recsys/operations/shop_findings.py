"""What is known of the shop: items, purchases, interactions."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Q, QuerySet
from django.db.models.signals import post_save

from django_recsys.catalog import (
    FIELD_NAMES,
    Catalog,
    ModelCatalog,
    available,
    base_queryset,
    find_problems,
    get_catalog,
)
from django_recsys.conf import get_settings
from django_recsys.models import CLOCK_TOLERANCE, Interaction
from django_recsys.tracking import (
    LINE_KINDS,
    PurchaseSource,
    number_of_proxies,
    purchase_sources,
    refused_since_yesterday,
    sentence_of,
)

from .findings import Finding, fail, ok, warn

WANTED_FIELDS = frozenset({"title", "price", "url"})
"""Without these a block looks poor."""
SAMPLE_LENGTH = 60
SAMPLE_ITEMS = 200
MANY = 1000
MIDDLEWARE = "django_recsys.tracking.middleware.VisitorMiddleware"
STALE = timedelta(days=2)


def examine_items(now: datetime) -> Iterator[Finding]:
    """Count the items, and those that may be shown."""
    catalog = get_catalog()
    if describes_itself(catalog):
        yield own_catalog_finding(catalog)
        return
    for source in catalog.sources:
        queryset = base_queryset(source)
        label = source.model._meta.label
        yield item_finding(label, queryset.count(), available(queryset, None).count())


def describes_itself(catalog: Catalog) -> bool:
    """Say whether code, not the settings, tells what an item is."""
    return type(catalog).describe is not ModelCatalog.describe


def own_field_findings(catalog: Catalog) -> Iterator[Finding]:
    """Show what a catalog says of the first item."""
    name = type(catalog).__name__
    first = list(islice(catalog.visible_ids(), 1))
    visible = catalog.visible(first, described=True)
    if not visible:
        yield ok("fields", f"described by {name}")
        return
    record = catalog.describe(visible[first[0]])
    for field in FIELD_NAMES:
        sample = sample_of(getattr(record, field))
        detail = f"described by {name}, as in {sample!r}"
        if field in WANTED_FIELDS and not sample:
            yield warn(f"field {field}", detail, "The first item has none.")
        else:
            yield ok(f"field {field}", detail)


def sample_of(value: Any) -> str:
    """Return the beginning of a value, on one line."""
    text = " ".join(str(value if value is not None else "").split())
    return text[:SAMPLE_LENGTH]


def own_catalog_finding(catalog: Catalog) -> Finding:
    """Judge a catalog that the host wrote."""
    name = type(catalog).__name__
    some = len(list(islice(catalog.visible_ids(), MANY)))
    if not some:
        return fail("items", f"{name}: no item may be shown", "See its visible_ids.")
    more = " or more" if some == MANY else ""
    return ok("items", f"{name}: {some:,}{more} items may be shown")


def item_finding(label: str, total: int, shown: int) -> Finding:
    """Judge the counts of one item model."""
    if not total:
        remedy = "Add products, or see RECSYS['ITEM_MODEL'] and ['ITEM_QUERYSET']."
        return fail("items", f"{label}: none found", remedy)
    if not shown:
        remedy = "RECSYS['AVAILABLE'] lets nothing through."
        return fail("items", f"{label}: {total:,} found, none may be shown", remedy)
    return ok("items", f"{label}: {total:,} found, {shown:,} may be shown")


def examine_fields(now: datetime) -> Iterator[Finding]:
    """Say how each field is read, with a sample."""
    catalog = get_catalog()
    if describes_itself(catalog):
        yield from own_field_findings(catalog)
        return
    for source in catalog.sources:
        items = list(available(base_queryset(source), None)[:SAMPLE_ITEMS])
        record = catalog.describe(items[0]) if items else None
        problems = find_problems(source, items)
        for name, reader in source.readers.items():
            value = getattr(record, name, None)
            label = source.model._meta.label
            problem = problems.get(name)
            if problem is None:
                yield field_finding(label, name, reader.path, value)
                continue
            yield warn(
                f"field {name}",
                f"{label}: {reader.path} cannot be read of {problem.count} of "
                f"{len(items)} items, as of {problem.item_id}: {problem.error}",
                f"Mend it, or say where else it is: RECSYS['ITEM_FIELDS']['{name}'].",
            )


def field_finding(label: str, name: str, path: str, value: Any) -> Finding:
    """Judge how one field is read."""
    title = f"field {name}"
    if not path:
        detail = f"{label}: no such field was guessed"
        remedy = f"Say where it is: RECSYS['ITEM_FIELDS']['{name}']."
        return (
            warn(title, detail, remedy) if name in WANTED_FIELDS else ok(title, detail)
        )
    how = "configured" if name in get_settings().ITEM_FIELDS else "guessed"
    sample = sample_of(value)
    detail = f"{label}: {path} ({how}), as in {sample!r}"
    if name in WANTED_FIELDS and not sample:
        return warn(title, detail, "The first item has none; is the path right?")
    return ok(title, detail)


def examine_purchases(now: datetime) -> Iterator[Finding]:
    """Count what PURCHASES finds, and see that saved lines are heard."""
    if get_settings().HISTORY is not None:
        yield ok("history", f"recsys_backfill reads {get_settings().HISTORY}")
    elif not get_settings().purchase_sources:
        remedy = "Name your order lines in RECSYS['PURCHASES'], or send item_purchased."
        yield warn("purchases", "RECSYS['PURCHASES'] is not set", remedy)
    for source in purchase_sources():
        label = source.model._meta.label
        counted = source.lines().count()
        total = source.model._default_manager.count()
        detail = f"{label}: {counted:,} of {total:,} lines count as bought"
        if total and not counted:
            yield warn("purchases", detail, "RECSYS['PURCHASES']['where'] drops all.")
        else:
            yield ok("purchases", detail)
        yield from judge_stored(source, now)
        if post_save.has_listeners(source.model):
            yield ok("live hook", f"{label} is listened to")
        else:
            yield fail(
                "live hook", f"no receiver listens to {label}", "Restart the server."
            )


def judge_stored(source: PurchaseSource, now: datetime) -> Iterator[Finding]:
    """Compare the lines that could be stored with those that are."""
    lines = countable_lines(source, now)
    label = source.model._meta.label
    stored = Interaction.objects.filter(
        kind__in=LINE_KINDS, event_id__startswith=f"{source.model._meta.label_lower}:"
    ).count()
    missing = lines.count() - stored
    if missing <= 0:
        return
    days = get_settings().CATCH_UP_DAYS
    since = {f"{source.lookups['at']}__lt": now - timedelta(days=days)}
    older = min(missing, lines.filter(**since).count())
    yield warn(
        "stored purchases",
        f"{label}: {missing:,} lines are not stored, up to {older:,} of them older "
        f"than {days} days",
        "Run manage.py recsys_backfill; the tick catches up with the newer ones.",
    )


def countable_lines(source: PurchaseSource, now: datetime) -> QuerySet[Any]:
    """Return the lines with an item, a buyer and a date within RETENTION_DAYS."""
    oldest = now - timedelta(days=get_settings().RETENTION_DAYS)
    paths = source.lookups
    is_known = Q(**{f"{paths['item']}__isnull": False})
    has_buyer = Q()
    if "user" in paths:
        has_buyer |= Q(**{f"{paths['user']}__isnull": False})
    if "email" in paths:
        has_email = Q(**{f"{paths['email']}__isnull": False})
        has_buyer |= has_email & ~Q(**{paths["email"]: ""})
    return source.lines(**{f"{paths['at']}__gte": oldest}).filter(is_known, has_buyer)


def examine_refusals(now: datetime) -> Iterator[Finding]:
    """Say why nothing is recorded, where nothing is."""
    refused = refused_since_yesterday(now)
    since = now - timedelta(days=1)
    recent = Interaction.objects.filter(occurred_at__gte=since).values("kind")
    stored = dict(recent.annotate(count=Count("pk")).values_list("kind", "count"))
    for kind in dict.fromkeys(kind for kind, _reason in refused):
        reasons = [(why, times) for (of, why), times in refused.items() if of == kind]
        found = f"{stored.get(kind, 0):,} {kind}s stored, {sentence_of(reasons)}"
        remedy = "Look at the shop as a customer does, in a browser that consents."
        is_silent = not stored.get(kind)
        yield warn("refused", found, remedy) if is_silent else ok("refused", found)


def examine_interactions(now: datetime) -> Iterator[Finding]:
    """Count the interactions by kind, and say how old the newest is."""
    is_past = Q(occurred_at__lte=now + CLOCK_TOLERANCE)
    rows = Interaction.objects.values("kind").annotate(
        count=Count("pk"), newest=Max("occurred_at", filter=is_past)
    )
    found = {row["kind"]: row for row in rows.order_by("kind")}
    if not found:
        remedy = "Run manage.py recsys_backfill, or recsys_import FILE."
        yield fail("interactions", "none recorded", remedy)
        return
    for kind, row in found.items():
        newest = row["newest"]
        when = f"{newest:%Y-%m-%d %H:%M} ({age(now - newest)})" if newest else "?"
        yield ok(f"interactions: {kind}", f"{row['count']:,}, the newest {when}")
    yield from judge_dates(now)
    yield judge_browsing(found, now)


def judge_dates(now: datetime) -> Iterator[Finding]:
    """Say how many interactions have a date for which no time has come."""
    future = Interaction.objects.in_future(now=now)
    newest = future.order_by("-occurred_at").first()
    if newest is not None:
        yield warn(
            "dates",
            f"{future.count():,} interactions lie in the future, as a {newest.kind} of "
            f"{newest.occurred_at:%Y-%m-%d} (item {newest.item_id}); trainings leave "
            "them out",
            "Mend the date in the shop or in the imported file, and delete the rows in "
            "the admin.",
        )


def judge_browsing(found: dict[str, Any], now: datetime) -> Finding:
    """Say whether pages report what visitors look at."""
    remedy = "Send item_viewed in your product view; see the guide on recording."
    views = found.get("view")
    if views is None or views["newest"] is None:
        return warn("views", "no view was ever recorded", remedy)
    if now - views["newest"] > STALE:
        return warn("views", f"the newest view is {age(now - views['newest'])}", remedy)
    return ok("views", "views arrive")


def age(span: timedelta) -> str:
    """Return how long ago something was, in words."""
    minutes = int(span.total_seconds() // 60)
    for size, unit in ((1440, "day"), (60, "hour")):
        if minutes >= size:
            count = minutes // size
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now" if minutes < 2 else f"{minutes} minutes ago"


def examine_guests(now: datetime) -> Iterator[Finding]:
    """Say whether guests have a history."""
    if MIDDLEWARE in settings.MIDDLEWARE:
        yield ok("guests", "remembered where they consent (VisitorMiddleware)")
    else:
        yield ok("guests", "not remembered: VisitorMiddleware is not in MIDDLEWARE")
    if number_of_proxies() is None and is_behind_proxy():
        yield warn(
            "addresses",
            "the shop stands behind a proxy, so that no limit holds by network",
            "Set REST_FRAMEWORK = {'NUM_PROXIES': 1}, or as many as there are.",
        )


def is_behind_proxy() -> bool:
    """Say whether the settings trust headers that a proxy writes."""
    names = ("SECURE_PROXY_SSL_HEADER", "USE_X_FORWARDED_HOST", "USE_X_FORWARDED_PORT")
    return any(getattr(settings, name, None) for name in names)
