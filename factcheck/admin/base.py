"""The base class of desk pages, with a readable history, edit conflicts and errors in plain sentences."""

from typing import Any, ClassVar

from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.admin.options import get_content_type_for_model
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from factcheck import features
from factcheck.admin.change_history import PastEvent, get_name, list_changes
from factcheck.admin.counted_rows import CountedRows
from factcheck.admin.days import DayFields
from factcheck.admin.found_rows import MAX_ROWS, filter_by_words, list_newest_keys, match_keys
from factcheck.admin.list_download import ListDownload
from factcheck.admin.merge_conflict import BASE_FIELD, BothVersions, build_both_versions, sign_base
from factcheck.admin.row_actions import RefusalMessages, get_page_url, get_person
from factcheck.admin.unsaved import WRITERS_FIELD, mark_form_as_saved
from factcheck.admin.versions import VERSION_FIELD, DeskForm, compute_version
from factcheck.admin.versions_panel import build_versions_panel
from factcheck.django_internals import redirect_missing_row

__all__ = ["DeskAdmin", "ReadOnlyAdmin", "extend_desk", "get_page_url", "get_person", "is_cascade_deletion"]


def is_cascade_deletion(request: HttpRequest, *pages: str) -> bool:
    """Return whether a row is to be deleted together with its parent, although it cannot be deleted alone."""
    return request.resolver_match is not None and request.resolver_match.url_name in pages


def _remove_matching_lines(lines: list[Any], beginnings: tuple[str, ...]) -> list[Any]:
    """Return nested lists of lines without the lines that start with one of these texts."""
    remaining_lines = []
    for line in lines:
        if isinstance(line, list):
            remaining_lines += [children] if (children := _remove_matching_lines(line, beginnings)) else []
        elif not line.startswith(beginnings):
            remaining_lines.append(line)
    return remaining_lines


class DeskAdmin(DayFields, ListDownload):
    """The base class of all model pages at the desk."""

    form = DeskForm
    #: Relations whose rows are edited on the same page, so that they belong to its version.
    versioned_relations: ClassVar[tuple[str, ...]] = ()
    #: The message after a row is added. With a message, the new row's page opens; without one, the list.
    added_message: ClassVar[StrOrPromise] = ""
    #: Columns whose changes the history shows in another way.
    fields_shown_elsewhere: ClassVar[tuple[str, ...]] = ()
    # An address typed without a scheme means https.
    formfield_overrides: ClassVar[dict[Any, Any]] = {models.URLField: {"assume_scheme": "https"}}
    show_full_result_count = False
    paginator = CountedRows
    list_per_page = 50
    list_filter_submit = True
    list_filter_sheet = True
    warn_unsaved_form = True
    compressed_fields = True

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Return the list's actions except bulk deletion, so that people see the related rows deleted with each row."""
        actions: dict[str, Any] = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def get_urls(self) -> list[URLPattern]:
        return [*features.build_desk_routes(self.model._meta.label_lower, self), *super().get_urls()]

    def get_list_filter(self, request: HttpRequest) -> Any:
        """Return the list's filters, including those added by features."""
        return [*super().get_list_filter(request), *features.list_filters(self.model._meta.label_lower)]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Return the rows that the person may read, for lists, pages, pickers and the quick search."""
        rows: Any = super().get_queryset(request)
        return rows.readable_by(get_person(request)) if hasattr(rows, "readable_by") else rows

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """List everything that would be deleted, except nameless rows of many-to-many tables."""
        if summary := self.describe_deletion(objs):
            return [*map(str, objs), summary], {str(self.opts.verbose_name_plural): len(objs)}, set(), []
        lines, counts, missing_permissions, protected = super().get_deleted_objects(objs, request)
        links = [
            model._meta for model in apps.get_models(include_auto_created=True) if model._meta.auto_created
        ]
        for link in links:
            counts.pop(link.verbose_name_plural, None)
        beginnings = tuple(f"{capfirst(str(link.verbose_name))}: " for link in links)
        return _remove_matching_lines(lines, beginnings), counts, missing_permissions, protected

    def describe_deletion(self, rows: Any) -> str:
        """Return a summary of the related rows that are deleted or kept, if a full list would be too long."""
        return ""

    # Searching --------------------------------------------------------------------------------------------------------

    def filter_matching(self, request: HttpRequest, rows: QuerySet[Any], search: str) -> QuerySet[Any]:
        """Return the rows that contain all words of the search."""
        columns = self.get_search_fields(request)
        return filter_by_words(rows, columns, search) if columns and search.strip() else rows

    def suggest_rows(self, request: HttpRequest, rows: QuerySet[Any], search: str) -> QuerySet[Any] | None:
        """Return the rows to suggest when no row matches the search; None if there are no suggestions."""
        return None

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """Search a list or picker. The found keys serve both for counting and for loading the rows."""
        if not search_term.strip() or not self.get_search_fields(request):
            return queryset, False
        keys = list_newest_keys(self.filter_matching(request, queryset, search_term))
        if not keys and (suggestions := self.suggest_rows(request, queryset, search_term)) is not None:
            keys = list_newest_keys(suggestions)
        request.found = len(keys)  # type: ignore[attr-defined]  # for the paginator
        return (queryset.filter(match_keys(self.model, keys[:MAX_ROWS])) if keys else queryset.none()), False

    def get_paginator(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Return the paginator, with a known count for search results."""
        paginator = super().get_paginator(request, *args, **kwargs)
        paginator.found = getattr(request, "found", None)
        return paginator

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        changelist.title = capfirst(self.opts.verbose_name_plural)
        if not changelist.query and not changelist.get_filters_params():
            # Otherwise the heading of the list would offer to show all rows.
            changelist.full_result_count = changelist.result_count
        if not changelist.multi_page or changelist.show_all:
            # Only as many as were counted, because more rows may have been added since.
            changelist.result_list = changelist.result_list[: self.list_max_show_all]
        changelist.result_list = list(changelist.result_list)
        self.prepare(request, changelist.result_list)
        return changelist

    # Two people on one page -------------------------------------------------------------------------------------------

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.versioned_relations = self.versioned_relations
        return form

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        row = kwargs.get("obj")
        context["autosave_writers"] = request.POST.getlist(WRITERS_FIELD)
        if row and kwargs.get("change"):
            context |= self.build_page_context(request, row)
            context["show_save_and_add_another"] = False
            # The page is named after its row.
            context["title"] = capfirst(self.opts.verbose_name)
            context |= self._build_versions_context(request, row, context)
        return super().render_change_form(request, context, *args, **kwargs)

    def build_page_context(self, request: HttpRequest, row: Any, /) -> dict[str, Any]:
        """Return the context that this model's page templates show beside the form."""
        return {}

    def get_parent_row(self, inline: Any, row: Any) -> Any:
        """Return the row that an inline's rows belong to; by default, the page's row."""
        return row

    def _merge_versions(
        self, request: HttpRequest, object_id: str | None = None, *_args: Any, **_kwargs: Any
    ) -> None:
        """Merge other people's saved changes into the submitted form. The row stays locked during the request."""
        if object_id is None or not issubclass(self.form, DeskForm):
            return
        row = self.get_object(request, unquote(object_id))
        if row is None or not self.has_change_permission(request, row):
            return
        locked_row = self.model._base_manager.select_for_update().filter(pk=row.pk).first()
        if locked_row is not None:
            request.both_versions = build_both_versions(self, request, locked_row, self.versioned_relations)  # type: ignore[attr-defined]  # for the page

    def _build_versions_context(
        self, request: HttpRequest, row: models.Model, context: dict[str, Any]
    ) -> dict[str, Any]:
        """Return template variables with the page's version and contents, and others' changes since it was loaded."""
        form = context["adminform"].form
        formsets = [section.formset for section in context["inline_admin_formsets"]]
        both_versions: BothVersions | None = getattr(request, "both_versions", None)
        panel = build_versions_panel(both_versions, form, formsets, request.POST) if both_versions else {}
        if (both_versions is None or not both_versions.is_new) and request.method == "POST":
            # A rejected form keeps its version, so that submitting it again cannot overwrite changes either.
            return panel | {
                "version": request.POST.get(VERSION_FIELD, ""),
                "base": request.POST.get(BASE_FIELD, ""),
            }
        version = both_versions.version if both_versions else compute_version(row, self.versioned_relations)
        return panel | {"version": version, "base": sign_base(version, form, formsets)}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save the row, and record the person who added it."""
        if not change and hasattr(obj, "created_by_id"):
            obj.created_by = get_person(request)
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Save related rows, then delete the autosaved form in the same transaction."""
        super().save_related(request, *args, **kwargs)
        mark_form_as_saved(request)

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        if not self.added_message or "_popup" in request.POST or "_addanother" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        messages.success(request, self.added_message)
        return HttpResponseRedirect(get_page_url(obj))

    # Refusals --------------------------------------------------------------------------------------------------------

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Show or save the page; a refusal becomes a message instead of an error page."""
        with RefusalMessages(request):
            if request.method != "POST":
                return super().changeform_view(request, *args, **kwargs)
            with transaction.atomic():
                self._merge_versions(request, *args, **kwargs)
                response = super().changeform_view(request, *args, **kwargs)
                if (getattr(response, "context_data", None) or {}).get("errors"):
                    # New names that are not added because the form was rejected.
                    transaction.set_rollback(True)
                return response
        return HttpResponseRedirect(request.get_full_path())

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with RefusalMessages(request):
            return super().delete_view(request, *args, **kwargs)
        return HttpResponseRedirect(request.get_full_path())

    # History ----------------------------------------------------------------------------------------------------------

    def list_history_entries(self, row: Any, reader: User) -> list[PastEvent]:
        """Return all history records of the row that this person may read, in any order."""
        if not hasattr(self.model, "pgh_event_models"):
            return self._list_log_entries(row)
        changes = list_changes(self.model, excluded_fields=self.fields_shown_elsewhere, pgh_obj_id=row.pk)
        # The triggers record changes to a row, but not its creation.
        return [*changes, *self._list_log_entries(row, action_flag=ADDITION)]

    def _list_log_entries(self, row: models.Model, **which: Any) -> list[PastEvent]:
        kind = get_content_type_for_model(self.model)
        log = LogEntry.objects.filter(object_id=str(row.pk), content_type=kind, **which).select_related(
            "user"
        )
        return [PastEvent(line.action_time, get_name(line.user), _translate_message(line)) for line in log]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return redirect_missing_row(self, request, object_id)
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        events = self.list_history_entries(row, get_person(request))
        entries = sorted(events, key=lambda entry: entry.at, reverse=True)
        page = Paginator(entries, 50).get_page(request.GET.get("p"))
        context = {
            "title": _("History: %s") % row,
            "page": page,
            "module_name": str(capfirst(self.opts.verbose_name_plural)),
            "object": row,
            **(extra_context or {}),
        }
        return self.show_page(request, "history", context)


def extend_desk(model: type[models.Model], mixin: type) -> None:
    """Extend a model's desk pages with a feature's mixin. While the feature is off, the mixin changes nothing.

    Called from the feature's `admin` module.
    """
    current_class = type(admin.site.get_model_admin(model))
    features.guard_overrides(mixin, current_class)
    admin.site.unregister(model)
    admin.site.register(model, type(current_class.__name__, (mixin, current_class), {}))


class ReadOnlyAdmin:
    """Mixin for rows that are never edited by hand: ledgers, and rows written by commands or the workflow."""

    #: The names of pages that delete such rows together with their parent.
    deleted_by_pages: ClassVar[tuple[str, ...]] = ()

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_cascade_deletion(request, *self.deleted_by_pages)


def _translate_message(line: LogEntry) -> str:
    """Return a log line's action in the reader's language. Our own sentences are stored untranslated."""
    message = line.get_change_message()
    return _(message) if message else ""
