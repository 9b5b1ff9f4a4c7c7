"""What a tag wants of serving: which placement, for whom, without what."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Manager, Model
from django.template import Context

from django_recsys.models import is_visitor_key
from django_recsys.resilience.log_once import report_once
from django_recsys.serving import Answer, recommend_for
from django_recsys.tracking import visitor_key_for, visitor_of

OPTIONS = ("n", "exclude", "title", "repeats", "lazy")
"""What every tag takes besides its own arguments."""
SHOWN = "recsys_shown"
"""Attribute of the request: ids of the items that its blocks show so far."""


@dataclass(frozen=True, slots=True)
class PageBlock:
    """A placement, and what it is filled for."""

    key: str
    user: Any = None
    items: Any = ()


@dataclass(frozen=True, slots=True)
class PageOptions:
    """The arguments that all tags have."""

    n: int | str | None = None
    exclude: Any = ()
    title: str | None = None
    repeats: bool | None = None
    """Whether items may come that an earlier block of the page shows."""
    lazy: bool | None = None
    is_cached: bool = False
    """Whether everybody gets what is rendered now."""

    @property
    def size(self) -> int | None:
        """How many items; None for the placement's own size."""
        return int(self.n) if self.n else None


def fill_block(
    context: Context, block: PageBlock, options: PageOptions, *, described: bool
) -> Answer:
    """Ask serving on behalf of the visitor of the page."""
    request = context.get("request")
    visitor_key = key_of_visitor(request, block.user)
    if options.is_cached and visitor_key is not None:
        visitor_key = None
        report_once(
            f"cached:{block.key}",
            "The placement %r stands in a cached fragment, which everybody gets: it "
            "shows what is the same for all. Vary the fragment on the visitor, or "
            "use lazy=True.",
            block.key,
            exc_info=False,
        )
    shown = shown_on(request)
    answer = recommend_for(
        block.key,
        visitor_key=visitor_key,
        items=several(block.items),
        n=options.size,
        exclude=[*several(options.exclude), *(() if options.repeats else shown)],
        request=request,
        described=described,
    )
    shown.update(each.item_id for each in answer.items)
    return replace(answer, title=options.title) if options.title else answer


def shown_on(request: Any) -> set[str]:
    """Return the ids that the blocks of this page show so far, to be added to."""
    shown: set[str] = getattr(request, SHOWN, set())
    if request is not None:
        setattr(request, SHOWN, shown)
    return shown


def key_of_visitor(request: Any, user: Any) -> str | None:
    """Return the key of `user`, and of the page's visitor where that is the same.

    The page's visitor may be a guest, whom only the request knows. A shop without
    accounts gives a key, as `email_key(address)` makes it. An undefined variable
    arrives as an empty text, which is as good as no user.
    """
    if isinstance(user, str) and is_visitor_key(user):
        return user
    is_account = getattr(user, "pk", None) is not None
    if request is not None and (is_visitor(request, user) or not is_person(user)):
        return visitor_of(request).key
    return visitor_key_for(user) if is_account else None


def is_person(user: Any) -> bool:
    """Say whether this is an account or Django's AnonymousUser."""
    return hasattr(user, "is_authenticated")


def is_visitor(request: Any, user: Any) -> bool:
    """Say whether `user` is who sent the request."""
    visitor = getattr(request, "user", None)
    if visitor is None:
        return not getattr(user, "pk", None)
    return is_person(user) and visitor.pk == user.pk


def several(value: Any) -> Iterable[Any]:
    """Return one item, or an iterable of them, as an iterable; nothing for nothing."""
    if value is None or value == "":
        return ()
    if isinstance(value, (Model, str, int)):
        return (value,)
    if isinstance(value, Manager):
        return value.all()
    return value if isinstance(value, Iterable) else (value,)
