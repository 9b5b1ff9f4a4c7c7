"""The template node behind every tag that shows a placement."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from inspect import getfullargspec, signature
from typing import Any

from django import template
from django.template.base import Node, Parser, Token
from django.template.library import SimpleNode, parse_bits

from django_recsys.catalog import ItemRecord, get_catalog
from django_recsys.database.savepoints import savepoint
from django_recsys.resilience.log_once import report_once
from django_recsys.serving import Answer, Recommendation

TEMPLATE = "django_recsys/placement.html"
OPTIONS = ("n", "exclude", "title")
"""What every tag takes besides its own arguments."""
# Django before 6.1 takes the context off the parameters where it is told to.
CONTEXT_IS_TAKEN: dict[str, Any] = (
    {"takes_context": False}
    if "takes_context" in signature(parse_bits).parameters
    else {}
)


@dataclass(frozen=True, slots=True)
class Card:
    """One item of a rendered block."""

    item: Any
    """The instance of the host's model, with its `recommendation`."""
    record: ItemRecord
    """Its title, url, image, price and so on, by RECSYS["ITEM_FIELDS"]."""
    recommendation: Recommendation


class PlacementNode(SimpleNode):
    """Renders an answer, or gives its items where the tag says `as`.

    Whatever fails, the page goes on without the block and the log has one line.
    """

    def render(self, context: template.Context) -> str:
        """Return the block; with `as` return nothing and set the variable."""
        try:
            items, block = self._show(context)
        except Exception:
            report_once(
                f"tag:{self.func.__name__}",
                "The template tag %r failed.",
                self.func.__name__,
            )
            items, block = [], ""
        if self.target_var is not None:
            context[self.target_var] = items
            return ""
        return block

    def _show(self, context: template.Context) -> tuple[list[Any], str]:
        args, kwargs = self.get_resolved_arguments(context)
        is_rendered = self.target_var is None
        answer = self.func(*args, described=is_rendered, **kwargs)
        items = [with_recommendation(each) for each in answer.items]
        if not is_rendered or not items:
            return items, ""
        with savepoint():
            return items, self._block(context, answer, items)

    def _block(self, context: template.Context, answer: Answer, items: Any) -> str:
        describe = get_catalog().describe
        cards = [
            Card(item, describe(item), recommendation)
            for item, recommendation in zip(items, answer.items, strict=True)
        ]
        found = context.template.engine.get_template(TEMPLATE)
        with context.push(recsys_answer=answer, recsys_cards=cards):
            rendered: str = found.render(context)
        return rendered


def with_recommendation(recommendation: Recommendation) -> Any:
    """Return a copy of the item that carries its recommendation.

    A copy, since a catalog may give one instance to several lists of a page.
    """
    item = copy(recommendation.item)
    item.recommendation = recommendation
    return item


def placement_tag(register: template.Library) -> Callable[..., Any]:
    """Return a decorator that makes a tag of a function from arguments to an answer.

    The function takes the context first; besides its own arguments the tag takes
    `OPTIONS`, and the function is given `described`: whether the block is rendered.
    """

    def decorate(function: Callable[..., Answer]) -> Callable[..., Answer]:
        name = function.__name__
        spec = getfullargspec(function)
        keywords = [*spec.kwonlyargs, *OPTIONS]
        optional = {**(spec.kwonlydefaults or {}), **dict.fromkeys(OPTIONS)}

        def compile_tag(parser: Parser, token: Token) -> Node:
            bits = token.split_contents()[1:]
            target_var = None
            if len(bits) >= 2 and bits[-2] == "as":
                bits, target_var = bits[:-2], bits[-1]
            args, kwargs = parse_bits(
                parser,
                bits,
                params=spec.args[1:],
                varargs=spec.varargs,
                varkw=None,
                defaults=spec.defaults,
                kwonly=keywords,
                kwonly_defaults=optional,
                name=name,
                **CONTEXT_IS_TAKEN,
            )
            return PlacementNode(
                function,
                takes_context=True,
                args=args,
                kwargs=kwargs,
                target_var=target_var,
            )

        register.tag(name, compile_tag)
        return function

    return decorate
