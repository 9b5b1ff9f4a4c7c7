"""An answer as cards, and as a block of HTML by the shop's templates or ours."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest
from django.template import Context, Engine, TemplateDoesNotExist
from django.utils.formats import number_format
from django.utils.module_loading import import_string

from django_recsys.catalog import ItemRecord, get_catalog
from django_recsys.conf import get_settings
from django_recsys.database.savepoints import savepoint
from django_recsys.resilience.log_once import report_once

from .answers import Answer, Recommendation

BLOCK, ITEM = "django_recsys/placement.html", "django_recsys/item.html"
OURS = Path(__file__).resolve().parents[1] / "templates"


@dataclass(frozen=True, slots=True)
class Card:
    """One item as a page or the API shows it."""

    item: Any
    """The instance of the host's model."""
    record: ItemRecord
    """Its title, url, image, price and so on, by RECSYS["ITEM_FIELDS"]."""
    recommendation: Recommendation
    price: str
    """The price as the shop prints it, "" where there is none."""


def make_cards(answer: Answer, request: HttpRequest | None) -> list[Card]:
    """Describe the items of an answer; one that cannot be described is left out."""
    cards = []
    for each in answer.items:
        try:
            record = get_catalog().describe(each.item)
            price = price_text(each.item, record, request)
        except DatabaseError:
            raise
        except Exception:
            report_item(each.item_id)
        else:
            cards.append(Card(each.item, record, each, price))
    return cards


def report_item(item_id: str) -> None:
    """Say once which item could not be shown."""
    report_once("item", "Item %r could not be shown and is left out.", item_id)


def price_text(item: Any, record: ItemRecord, request: HttpRequest | None) -> str:
    """Return a price as `PRICE_FORMAT` prints it; by default with two decimals.

    Where the shop's function fails, no price is better than a wrong one.
    """
    if record.price is None:
        return ""
    path = get_settings().PRICE_FORMAT
    if path is None:
        return number_format(record.price, decimal_pos=2, force_grouping=True)
    try:
        return str(import_string(path)(item, record.price, request))
    except DatabaseError:
        raise
    except Exception:
        report_once("price", "RECSYS['PRICE_FORMAT'] failed for item %r.", item.pk)
        return ""


def render_block(context: Context, answer: Answer, cards: Sequence[Card]) -> str:
    """Return the block, without those items that break the template.

    A shop's own template may raise for one item, as for a picture without a file.
    """
    try:
        return render_cards(context, answer, cards)
    except Exception:
        good = [card for card in cards if is_renderable(context, answer, card)]
        if len(good) == len(cards):
            raise
        return render_cards(context, answer, good) if good else ""


def is_renderable(context: Context, answer: Answer, card: Card) -> bool:
    """Say whether one card can be rendered; where not, the log names the item."""
    try:
        render_cards(context, answer, [card])
    except Exception:
        report_item(card.recommendation.item_id)
        return False
    return True


def render_cards(context: Context, answer: Answer, cards: Sequence[Card]) -> str:
    """Render the template of the block."""
    template = context.template  # None where a context was never rendered
    engine = template.engine if template is not None else Engine.get_default()
    variables = {
        "recsys_answer": answer,
        "recsys_cards": cards,
        "recsys_item_template": find_template(engine, ITEM),
    }
    with savepoint(), context.push(**variables):
        rendered: str = find_template(engine, BLOCK).render(context)
    return rendered


def find_template(engine: Engine, name: str) -> Any:
    """Return the shop's own template, wherever its app stands; ours where it has none.

    Django takes the first app in INSTALLED_APPS, which may well be this one.
    """
    found = engine.get_template(name)
    if OURS in Path(found.origin.name).parents:
        with suppress(TemplateDoesNotExist):
            found, _origin = engine.find_template(name, skip=[found.origin])
    return found
