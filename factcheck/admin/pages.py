"""Find the desk page at a URL, and whether a person may view it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.contrib.admin import ModelAdmin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.text import capfirst
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class DeskPage:
    """A desk page about a model or row that the current user may view."""

    model_admin: ModelAdmin[Any]
    row: Model | None
    #: Whether the URL names a row, even if the row no longer exists or the person may not see it.
    has_row_url: bool
    is_add_page: bool = False

    @property
    def is_viewable(self) -> bool:
        return self.row is not None or not self.has_row_url

    def __str__(self) -> str:
        kind = capfirst(str(self.model_admin.opts.verbose_name))
        if self.row is not None:
            return f"{kind}: {self.row}"
        if self.has_row_url:
            return _("%(kind)s, deleted or no longer accessible to you") % {"kind": kind}
        return _("%(kind)s, new") % {"kind": kind} if self.is_add_page else kind


def find_page(address: str, request: HttpRequest) -> DeskPage | None:
    """Return the desk page at a URL if the user may view it, or None."""
    try:
        match = resolve(urlsplit(address).path)
    except (Resolver404, ValueError):
        return None
    model_admin = _find_model_admin(match.func)
    if model_admin is None or not model_admin.has_view_or_change_permission(request):
        return None
    arguments = {**match.kwargs}
    key = arguments.get("object_id", arguments.get("pk"))
    if key is None:
        is_add_page = (match.url_name or "").endswith("_add")
        return DeskPage(model_admin, None, has_row_url=False, is_add_page=is_add_page)
    row = model_admin.get_object(request, str(key))
    if row is not None and not model_admin.has_view_or_change_permission(request, row):
        row = None
    return DeskPage(model_admin, row, has_row_url=True)


def _find_model_admin(view: Callable[..., Any]) -> ModelAdmin[Any] | None:
    """Return the model admin that a view belongs to, or None."""
    owner = getattr(view, "model_admin", getattr(view, "__self__", None))
    if isinstance(owner, ModelAdmin):
        return owner
    wrapped_view = getattr(view, "__wrapped__", None)
    return _find_model_admin(wrapped_view) if wrapped_view else None
