"""The tools above every desk list: saved views, columns and download."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django import template
from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR
from django.urls import reverse

from claims.models import SavedView
from factcheck.admin.base import DeskAdmin, person_at
from factcheck.admin.list_columns import COLUMNS

register = template.Library()


@register.inclusion_tag("admin/desk/list_tools.html", takes_context=True)
def list_tools(context: dict[str, Any], changelist: Any) -> dict[str, Any]:
    """Render the line above a list; nothing above lists outside the desk."""
    desk, request = changelist.model_admin, context["request"]
    if not isinstance(desk, DeskAdmin):
        return {}
    person, listed = person_at(request), changelist.opts.label_lower
    query = normalise_query(request.GET.urlencode())
    views = list(SavedView.objects.readable_by(person).of_list(listed))
    return {
        "csrf_token": context.get("csrf_token"),
        "listed": listed,
        "query": query,
        "views": [(view, view.query == query, view.owner_id == person.pk) for view in views],
        "is_kept": any(view.query == query for view in views),
        "may_share": person.has_perm("claims.share_savedview"),
        "columns": desk.columns(request),
        "kept_parameters": _without(query, COLUMNS, ORDER_VAR),
        "downloads": [
            (name, f"{_build_page_path(changelist, 'download', form)}?{query}")
            for form, name in (("xlsx", "Excel"), ("csv", "CSV"))
        ],
        "meant": getattr(request, "meant", ""),
        "links": desk.list_links(request),
    }


def normalise_query(query: str) -> str:
    """Return the part of a query string that a saved view keeps, sorted and without the page number."""
    return urlencode(sorted(_without(query, PAGE_VAR, "e")))


def _without(query: str, *names: str) -> list[tuple[str, str]]:
    return [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name not in names]


def _build_page_path(changelist: Any, page: str, *args: str) -> str:
    return reverse(f"admin:{changelist.opts.app_label}_{changelist.opts.model_name}_{page}", args=args)
