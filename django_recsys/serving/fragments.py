"""A block by itself, as the browser fetches it into a page that is cached."""

from django.core.signing import BadSignature, Signer
from django.http import HttpRequest
from django.template import Engine, RequestContext
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from .answers import Answer
from .blocks import BLOCK, find_template, make_cards, render_block

SIGNER = Signer(salt="django_recsys.title")


def render_fragment(answer: Answer, request: HttpRequest) -> str:
    """Return the HTML of an answer; "" where nothing can be shown."""
    cards = make_cards(answer, request)
    if not cards:
        return ""
    context = RequestContext(request)
    # What the block includes is looked up by the template that it stands in.
    with context.bind_template(find_template(Engine.get_default(), BLOCK)):
        return render_block(context, answer, cards)


def sign_title(title: str) -> str:
    """Sign a heading of the shop's template, for an address that anybody may write.

    Markup stays what it is in a template: a literal is kept, a variable is escaped.
    """
    return SIGNER.sign(conditional_escape(title))


def read_title(signed: str) -> str | None:
    """Return a heading that this shop signed, None for any other."""
    try:
        return SafeString(SIGNER.unsign(signed))  # escaped before it was signed
    except BadSignature:
        return None
