"""The template node behind every tag that shows a placement."""

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from inspect import getfullargspec, signature
from typing import Any

from django import template
from django.template.base import Node, Parser, Token
from django.template.library import SimpleNode, parse_bits

from django_recsys.resilience.log_once import report_once
from django_recsys.serving import Recommendation, make_cards, render_block

from .lazy_block import LAZY_TEMPLATE, address_of, find_title
from .page_block import OPTIONS, PageBlock, PageOptions, fill_block

# Django before 6.1 takes the context off the parameters where it is told to.
CONTEXT_IS_TAKEN: dict[str, Any] = (
    {"takes_context": False}
    if "takes_context" in signature(parse_bits).parameters
    else {}
)


class PlacementNode(SimpleNode):
    """Renders an answer, or gives its items where the tag says `as`.

    Whatever fails, the page goes on without the block and the log has one line.
    """

    is_cached = False
    """Whether it stands in a fragment that is cached for everyone."""

    def render(self, context: template.Context) -> str:
        """Return the block; with `as` return nothing and set the variable."""
        items: list[Any] = []
        html = ""
        try:
            block, options = self._resolve(context)
            if self.target_var is not None:
                answer = fill_block(context, block, options, described=False)
                items = [with_recommendation(each) for each in answer.items]
            else:
                html = self._html(context, block, options)
        except Exception:
            report_once(
                f"tag:{self.func.__name__}",
                "The template tag %r failed.",
                self.func.__name__,
            )
        if self.target_var is not None:
            context[self.target_var] = items
        return html

    def _resolve(self, context: template.Context) -> tuple[PageBlock, PageOptions]:
        """Evaluate the arguments of the tag."""
        args, kwargs = self.get_resolved_arguments(context)
        given = {name: kwargs.pop(name) for name in OPTIONS if name in kwargs}
        options = PageOptions(**given, is_cached=self.is_cached)
        return self.func(*args, **kwargs), options

    def _html(
        self, context: template.Context, block: PageBlock, options: PageOptions
    ) -> str:
        if options.lazy:
            url = address_of(context, block, options)
            if url is not None:
                title = options.title or find_title(block.key)
                found = context.template.engine.get_template(LAZY_TEMPLATE)
                with context.push(recsys_url=url, recsys_title=title):
                    placeholder: str = found.render(context)
                return placeholder
            # Without the endpoint: what anybody may see, so that the page stays
            # cacheable as promised.
            options = replace(options, is_cached=True)
        answer = fill_block(context, block, options, described=True)
        cards = [
            replace(card, item=with_recommendation(card.recommendation))
            for card in make_cards(answer, context.get("request"))
        ]
        return render_block(context, answer, cards) if cards else ""


def with_recommendation(recommendation: Recommendation) -> Any:
    """Return a copy of the item that carries its recommendation.

    A copy, since a catalog may give one instance to several lists of a page.
    """
    item = copy(recommendation.item)
    item.recommendation = recommendation
    return item


def placement_tag(register: template.Library) -> Callable[..., Any]:
    """Return a decorator that makes a tag of a function that says what is wanted.

    Besides the function's own arguments the tag takes `OPTIONS`.
    """

    def decorate(function: Callable[..., PageBlock]) -> Callable[..., PageBlock]:
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
                params=spec.args,
                varargs=spec.varargs,
                varkw=None,
                defaults=spec.defaults,
                kwonly=keywords,
                kwonly_defaults=optional,
                name=name,
                **CONTEXT_IS_TAKEN,
            )
            if target_var is not None and "lazy" in kwargs:
                raise template.TemplateSyntaxError(
                    f"{name!r} takes 'lazy' or 'as', not both: a list that is fetched "
                    "later cannot be given to this page."
                )
            node = PlacementNode(
                function,
                takes_context=False,
                args=args,
                kwargs=kwargs,
                target_var=target_var,
            )
            node.is_cached = is_in_cached_fragment(parser)
            return node

        register.tag(name, compile_tag)
        return function

    return decorate


def is_in_cached_fragment(parser: Parser) -> bool:
    """Say whether a tag stands within `{% cache 500 name %}` that varies on nothing."""
    for command, token in parser.command_stack:
        if command == "cache":
            bits = token.split_contents()[3:]
            if not [bit for bit in bits if not bit.startswith("using=")]:
                return True
    return False
