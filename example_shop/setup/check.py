"""``--check``: print what the shop shows, beside what it was made of, and judge it."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from django_recsys.conf import get_settings
from django_recsys.models import Interaction, RecommenderConfig, TrainingRun
from django_recsys.serving import recommend_for
from django_recsys.tracking import visitor_key_for
from example_shop.accounts.models import Household
from example_shop.catalogue.models import Product
from example_shop.orders.models import OrderLine

from .terminal import say, table

BASELINES = ("popular", "trending")
"""The same for everyone: what the others have to be better than."""
COLUMNS = ("ndcg@10", "recall@10", "precision@10", "hit_rate@10", "coverage@10")
HISTORY_SHOWN = 12


def check_shop(facts: dict[str, Any], problems: Sequence[str] = ()) -> int:
    """Print all, then the verdict, over known problems too; return the exit status."""
    found = [*problems, *check_counts(facts), *check_lists(), *check_models()]
    problems = list(dict.fromkeys(found))
    say()
    for problem in problems:
        say(f"✗ {problem}")
    if not problems:
        say("✓ Row counts, lists and models are as they should be.")
    return 1 if problems else 0


def check_counts(facts: dict[str, Any]) -> Iterator[str]:
    """Compare the source's lines, the shop's lines and the recorded purchases."""
    left_out = sum(facts["left_out"].values())
    lines = OrderLine.objects.filter(order__paid=True)
    in_shop = lines.count()
    oldest = timezone.now() - timedelta(days=get_settings().RETENTION_DAYS)
    too_old = lines.filter(order__created_at__lt=oldest).count()
    recorded = Interaction.objects.filter(
        kind="purchase", event_id__startswith="orders.orderline:"
    ).count()
    say("\n▸ Row counts")
    table(
        ["", "lines"],
        [
            ["in the package", f"{facts['source_lines']:,}"],
            *([f"left out: {why}", f"{n:,}"] for why, n in facts["left_out"].items()),
            ["loaded into the shop", f"{facts['lines']:,}"],
            ["in the shop now, with orders placed since", f"{in_shop:,}"],
            ["older than the retention", f"{too_old:,}"],
            ["recorded by the plugin", f"{recorded:,}"],
        ],
    )
    if facts["source_lines"] - left_out != facts["lines"]:
        yield "The loaded lines and those left out are not all of the package's lines."
    if in_shop < facts["lines"]:
        yield "The shop has fewer lines than were loaded."
    if in_shop - too_old != recorded:
        yield f"The plugin recorded {recorded:,} of {in_shop - too_old:,} lines."


def check_lists() -> Iterator[str]:
    """Print one household's history and its lists; each must be full and on sale."""
    household = Household.objects.select_related("user").order_by("-orders")[4]
    bought = print_history(household)
    key = visitor_key_for(household.user)
    if not bought:
        yield f"{household}: nothing of what it buys is on sale."
        return
    favourite = bought[0]
    asked = [
        ("Recommended for you", "recommended", {"visitor_key": key}, 12),
        ("Buy it again", "buy-again", {"visitor_key": key}, 12),
        ("Trending", "trending", {"visitor_key": key}, 12),
        (f"Similar to “{favourite}”", "similar", {"items": [favourite]}, 8),
        (f"Bought with “{favourite}”", "bought-together", {"items": [favourite]}, 6),
        ("Goes with a basket", "bought-together", {"items": bought[:3]}, 8),
        ("Recommended to a new guest", "recommended", {}, 12),
    ]
    for title, placement, question, n in asked:
        answer = recommend_for(placement, n=n, **question)
        say(f"\n▸ {title}")
        for each in answer.items:
            why = f"{each.source:<16} {each.reason or ''}"
            say(f"  {each.rank:>2}. {label(each.item)[:52]:<52} {why}")
        yield from judge_list(title, [each.item for each in answer.items], n)
        about = question.keys() & {"visitor_key", "items"} and placement != "trending"
        if about and {each.source for each in answer.items} <= set(BASELINES):
            yield f"{title}: nothing but what everyone gets."
    yield from check_everyone()


def check_everyone() -> Iterator[str]:
    """Ask for the personal list of every tenth household."""
    short = unavailable = 0
    users = User.objects.filter(household__isnull=False).order_by("pk")[::10]
    for user in users:
        answer = recommend_for("recommended", visitor_key=visitor_key_for(user), n=12)
        items = [each.item for each in answer.items]
        short += len(items) < 12
        unavailable += sum(not item.is_available for item in items)
    say(f"\n▸ “Recommended for you” of {len(users)} households: {short} short")
    if short:
        yield f"{short} of {len(users)} households have a short list."
    if unavailable:
        yield f"{unavailable} unavailable products are recommended."


def print_history(household: Household) -> list[Product]:
    """Print what the household buys most; return those that are on sale."""
    lines = OrderLine.objects.filter(order__user=household.user)
    counts: dict[int, int] = {}
    for product_id in lines.values_list("product_id", flat=True):
        counts[product_id] = counts.get(product_id, 0) + 1
    products = Product.objects.with_category().in_bulk(list(counts))
    ranked = sorted(counts, key=lambda pk: (-counts[pk], pk))
    say(f"\n▸ {household} ({household.about or 'nothing more is known'})")
    say(f"  {household.orders:,} orders, {len(counts):,} products; most often:")
    for pk in ranked[:HISTORY_SHOWN]:
        say(f"  {counts[pk]:>3} × {label(products[pk])}")
    return [products[pk] for pk in ranked if products[pk].is_available]


def label(product: Product) -> str:
    return " ".join(filter(None, (product.name, product.size, f"({product.brand})")))


def judge_list(title: str, items: list[Product], n: int) -> Iterator[str]:
    if len(items) < n:
        yield f"{title}: {len(items)} of {n} products."
    if len({item.pk for item in items}) < len(items):
        yield f"{title}: a product stands there twice."
    gone = [item.name for item in items if not item.is_available]
    if gone:
        yield f"{title}: not on sale: {', '.join(gone)}."


def check_models() -> Iterator[str]:
    """Print the evaluation of the last training; each model must beat `popular`."""
    say("\n▸ Evaluation on the newest orders, all products ranked")
    rows = []
    for config in RecommenderConfig.objects.filter(is_enabled=True).order_by("key"):
        run = TrainingRun.objects.filter(
            recommender=config, status__in=("promoted", "waiting", "refused", "failed")
        ).first()
        if run is None or not run.metrics.get("model"):
            yield f"{config.key} was not trained and evaluated."
            continue
        rows.append(row_of(config.key, run))
        if config.key in BASELINES:
            continue
        _low, mean, _high = run.metrics["difference_to_popular"]
        if mean <= 0:
            metric = run.metrics["metric"]
            yield f"{config.key} is not above popular ({mean:+.4f} {metric})."
        if config.serving_id is None:
            yield f"{config.key} does not serve: {run.message}"
    table(["recommender", "asked for", *COLUMNS, "popular", "95% interval", ""], rows)


def row_of(key: str, run: TrainingRun) -> list[str]:
    metrics = run.metrics
    low, _mean, high = metrics["difference_to_popular"]
    return [
        key,
        metrics["task"],
        *(f"{metrics['model'].get(column, float('nan')):.4f}" for column in COLUMNS),
        f"{metrics['popular'][metrics['metric']]:.4f}",
        f"{low:+.4f} to {high:+.4f}",
        run.status,
    ]
