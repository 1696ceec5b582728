"""Saved views of lists, and the template tag that shows them."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django import template
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.exceptions import DisallowedModelAdminLookup, NotRegistered
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims.models import SavedView
from claims.models.desk_state import MAX_NAME_LENGTH, MAX_QUERY_LENGTH
from claims.newsroom.people import get_display_name
from factcheck.admin.base import DeskAdmin, get_person
from factcheck.admin.list_columns import COLUMNS_PARAMETER
from factcheck.admin.row_actions import RefusalMessages, desk_page
from factcheck.list_phrases import join_words

register = template.Library()


@register.inclusion_tag("admin/desk/list_tools.html", takes_context=True)
def list_tools(context: dict[str, Any], changelist: Any) -> dict[str, Any]:
    """Return the context of the tools above a list: saved views, columns, downloads; {} outside the desk."""
    model_admin, request = changelist.model_admin, context["request"]
    if not isinstance(model_admin, DeskAdmin):
        return {}
    person, model_label = get_person(request), changelist.opts.label_lower
    query = normalise_query(request.GET.urlencode())
    views = list(SavedView.objects.readable_by(person).of_list(model_label))
    return {
        "csrf_token": context.get("csrf_token"),
        "listed": model_label,
        "query": query,
        "views": [(view, view.query == query, view.owner_id == person.pk) for view in views],
        "is_kept": any(view.query == query for view in views),
        "may_share": person.has_perm("claims.share_savedview"),
        "columns": model_admin.columns(request),
        "kept_parameters": _list_kept_parameters(query, COLUMNS_PARAMETER, ORDER_VAR),
        "downloads": [
            (name, f"{_build_page_path(changelist, 'download', form)}?{query}")
            for form, name in (("xlsx", "Excel"), ("csv", "CSV"))
        ],
        "unmatched_search": getattr(request, "unmatched_search", ""),
        "links": model_admin.list_links(request),
    }


def normalise_query(query: str) -> str:
    """Return the query string that a saved view stores: its parameters sorted, without the page number."""
    return urlencode(sorted(_list_kept_parameters(query, PAGE_VAR, "e")))


def _list_kept_parameters(query: str, *names: str) -> list[tuple[str, str]]:
    return [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name not in names]


def _build_page_path(changelist: Any, page: str, *args: str) -> str:
    return reverse(f"admin:{changelist.opts.app_label}_{changelist.opts.model_name}_{page}", args=args)


_SHARE_PERMISSION = "claims.share_savedview"


@admin.register(SavedView)
class SavedViewAdmin(DeskAdmin):
    """The person's own saved views. Views are created on the lists; here they are renamed and deleted."""

    list_display = ("open_link", "list_name", "owner_name", "is_shared", "created_at")
    list_display_links = None
    search_fields = ("name",)
    ordering = ("listed", "name", "pk")
    fields = ("name", "is_shared")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SavedView]:
        rows: QuerySet[SavedView] = super().get_queryset(request)
        return rows.select_related("owner")

    @admin.display(description=_("view"), ordering="name")
    def open_link(self, view: SavedView) -> SafeString:
        change_url = reverse("admin:claims_savedview_change", args=[view.pk])
        return format_html(
            '<a class="desk-view" href="{}" dir="auto">{}</a> <a href="{}">{}</a>',
            build_opening_url(view),
            view.name,
            change_url,
            gettext("Change"),
        )

    @admin.display(description=_("list"), ordering="listed")
    def list_name(self, view: SavedView) -> str:
        model_admin = _find_model_admin(self.admin_site, view.listed)
        return str(capfirst(str(model_admin.opts.verbose_name_plural))) if model_admin else view.listed

    @admin.display(description=_("saved by"))
    def owner_name(self, view: SavedView) -> str:
        return get_display_name(view.owner)

    # Permissions ------------------------------------------------------------------------------------------------------

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Forbid adding a view here, because views are created on their lists."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: SavedView | None = None) -> bool:
        return request.user.has_perm("claims.view_savedview") and (
            obj is None or obj.owner_id == request.user.pk
        )

    def has_delete_permission(self, request: HttpRequest, obj: SavedView | None = None) -> bool:
        """Allow people to delete their own views, and administrators to delete shared views too."""
        return self.has_change_permission(request, obj) or super().has_delete_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: SavedView | None = None) -> tuple[str, ...]:
        return () if request.user.has_perm(_SHARE_PERMISSION) else ("is_shared",)

    # Saving and opening ---------------------------------------------------------------------------------------------

    @desk_page("keep/", "save")
    def save_view(self, request: HttpRequest) -> HttpResponse:
        """Save a list as currently shown, replacing the person's own view of the same name."""
        values = request.POST
        model_admin = _find_model_admin(self.admin_site, values.get("listed", ""))
        if request.method != "POST" or model_admin is None:
            raise Http404
        may_view = model_admin.has_view_or_change_permission(request)
        if not may_view or not request.user.has_perm("claims.view_savedview"):
            raise PermissionDenied
        is_shared = bool(values.get("is_shared"))
        if is_shared and not request.user.has_perm(_SHARE_PERMISSION):
            raise PermissionDenied
        query = normalise_query(values.get("query", ""))
        redirect = HttpResponseRedirect(f"{_build_list_url(model_admin)}?{query}")
        name = " ".join(values.get("name", "").split())
        if not name or len(name) > MAX_NAME_LENGTH or len(query) > MAX_QUERY_LENGTH:
            messages.error(request, gettext("Enter a name of no more than %d characters.") % MAX_NAME_LENGTH)
            return redirect
        same_name = Q(owner=get_person(request), listed=model_admin.opts.label_lower, name__iexact=name)
        with RefusalMessages(request):
            with transaction.atomic():
                count = SavedView.objects.filter(same_name).update(
                    name=name, query=query, is_shared=is_shared
                )
                if not count:
                    SavedView.objects.create(
                        owner=get_person(request),
                        listed=model_admin.opts.label_lower,
                        name=name,
                        query=query,
                        is_shared=is_shared,
                    )
            messages.success(
                request,
                (gettext("“%s” now shows this list.") if count else gettext("Saved as “%s”.")) % name,
            )
        return redirect

    @desk_page("<int:pk>/open/")
    def open_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Redirect to the list with the view's filters. Filters that no longer exist are left out, with a message."""
        view: SavedView | None = self.get_queryset(request).filter(pk=pk).first()
        model_admin = _find_model_admin(self.admin_site, view.listed) if view else None
        if view is None:
            raise Http404
        if model_admin is None:
            messages.warning(request, gettext("The list of this view no longer exists."))
            return HttpResponseRedirect(reverse("admin:claims_savedview_changelist"))
        if not model_admin.has_view_or_change_permission(request):
            raise PermissionDenied
        query, missing_names = _split_valid_parts(model_admin, request, view.query)
        if missing_names:
            messages.warning(
                request,
                gettext("Some filters of “%(view)s” no longer exist and are left out: %(what)s.")
                % {"view": view.name, "what": join_words(missing_names)},
            )
        return HttpResponseRedirect(f"{_build_list_url(model_admin)}?{query}")


def build_opening_url(view: SavedView) -> str:
    return reverse("admin:claims_savedview_open", args=[view.pk])


def _find_model_admin(site: admin.AdminSite, model_label: str) -> DeskAdmin | None:
    """Return the model admin of a list, or None."""
    try:
        model_admin = site.get_model_admin(apps.get_model(model_label))
    except (LookupError, ValueError, NotRegistered):
        return None
    return model_admin if isinstance(model_admin, DeskAdmin) else None


def _build_list_url(model_admin: DeskAdmin) -> str:
    return reverse(f"admin:{model_admin.opts.app_label}_{model_admin.opts.model_name}_changelist")


def _split_valid_parts(model_admin: DeskAdmin, request: HttpRequest, query: str) -> tuple[str, list[str]]:
    """Return the valid part of a saved query string, and the names of the invalid parameters."""
    parts = parse_qsl(query, keep_blank_values=True)
    missing_names: list[str] = []
    names = [column for name, value in parts if name == COLUMNS_PARAMETER for column in value.split(",")]
    known_columns = model_admin.get_all_columns(request)
    if missing_columns := [column for column in names if column not in known_columns]:
        missing_names += missing_columns
        # The sort order refers to columns by number, and the numbers now belong to other columns.
        parts = [(name, value) for name, value in parts if name not in (COLUMNS_PARAMETER, ORDER_VAR)]
        parts += [(COLUMNS_PARAMETER, column) for column in names if column in known_columns]
    if not _is_openable(model_admin, request, parts):
        invalid_names = {
            name for name, value in parts if not _is_openable(model_admin, request, [(name, value)])
        }
        missing_names += sorted(invalid_names)
        parts = [(name, value) for name, value in parts if name not in invalid_names]
        if not _is_openable(model_admin, request, parts):
            return "", [*missing_names, *sorted({name for name, _value in parts})]
    return urlencode(parts), missing_names


def _is_openable(model_admin: DeskAdmin, request: HttpRequest, parts: list[tuple[str, Any]]) -> bool:
    original_query, request.GET = request.GET, QueryDict(urlencode(parts))
    try:
        model_admin.get_changelist_instance(request)
    except (IncorrectLookupParameters, DisallowedModelAdminLookup):
        return False
    finally:
        request.GET = original_query
    return True
