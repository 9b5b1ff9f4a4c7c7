"""Pages behind buttons: one object, one permission, one deed by POST."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from django_recsys.exceptions import RecsysError

CONFIRMATION = "admin/django_recsys/confirmation.html"


def person(request: HttpRequest) -> str:
    """Return the name under which a deed is noted."""
    return request.user.get_username()[:64]


def address_of(row: Any) -> str:
    """Return the address of a row's page."""
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    return reverse(name, args=[row.pk])


class ButtonsMixin:
    """Adds pages that do one thing to one row.

    `buttons` maps the last part of the address to the name of a method that takes
    the request and the row, does the deed by calling a service, and returns where to
    go next. A button in `confirmed` is asked about first; its text names the deed.
    """

    buttons: dict[str, str] = {}
    confirmed: dict[str, Callable[[Any], str]] = {}

    def get_urls(self) -> list[URLPattern]:
        info = (self.opts.app_label, self.opts.model_name)
        own = [
            path(
                f"<path:object_id>/{name}/",
                self.admin_site.admin_view(partial(self.press, name=name)),
                name="{}_{}_{}".format(*info, name.replace("-", "_")),
            )
            for name in self.buttons
        ]
        return [*own, *super().get_urls()]

    def may_press(self, request: HttpRequest) -> bool:
        """Say whether this person may change such rows."""
        name = f"{self.opts.app_label}.change_{self.opts.model_name}"
        return bool(request.user.has_perm(name))

    def press(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """Ask first where that is said; then do it and say what happened."""
        if not self.may_press(request):
            raise PermissionDenied
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if request.method == "GET" and name in self.confirmed:
            return self.ask_first(request, row, self.confirmed[name](row))
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            target = getattr(self, self.buttons[name])(request, row)
        except RecsysError as error:
            messages.error(request, str(error))
            target = row
        else:
            self.log_change(request, row, name)
        return redirect(address_of(target))

    def ask_first(self, request: HttpRequest, row: Any, question: str) -> HttpResponse:
        """Show the page that asks whether it is meant."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("Are you sure?"),
            "question": question,
            "opts": self.opts,
            "row": row,
            "back": address_of(row),
        }
        return TemplateResponse(request, CONFIRMATION, context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """Tell the page whether its buttons may be shown."""
        context = {**(extra_context or {}), "recsys_may_press": self.may_press(request)}
        return super().change_view(request, object_id, form_url, context)


class ReadOnlyMixin:
    """Rows that programs write and people read."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: such rows are not typed by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False: such rows are not edited."""
        return False
