"""Imports at the desk, and the problems found in their records."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter, DropdownFilter

from claims.admin import import_form
from claims.admin.import_form import describe_progress, get_format_title, is_interrupted
from claims.admin.mapping_form import FIELD_LABELS
from claims.imports.storing import house_archive, runs, undo
from claims.imports.storing.unusable_records import describe_kind
from claims.models import AuditKind, ImportProblem, ImportRun
from claims.newsroom import audit
from factcheck.admin.badges import Tone, render_badge
from factcheck.admin.base import DeskAdmin, ReadOnlyAdmin, get_page_url, get_person
from factcheck.admin.days_filter import DaysFilter
from factcheck.admin.row_actions import desk_page, row_action
from factcheck.admin.technical import render_fingerprint, render_json
from factcheck.database.distinct_values import list_distinct_values
from factcheck.installation.messages import activate_newsroom_language


class ProblemKindFilter(DropdownFilter):
    """Filter by kind of problem. The choices are the kinds that occur in the selected import or in all imports."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        run = request.GET.get("run__id__exact", "")
        if not run.isdecimal():
            return [(code, describe_kind(code)) for code in list_distinct_values(ImportProblem, "code")]
        problems = ImportProblem.objects.filter(run=int(run)).order_by("code")
        return [(code, describe_kind(code)) for code in problems.values_list("code", flat=True).distinct()]

    def has_output(self) -> bool:
        return True

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(code=self.value()) if self.value() else queryset


@admin.register(ImportProblem)
class ImportProblemAdmin(ReadOnlyAdmin, DeskAdmin):
    list_display = ("file_position", "outcome_badge", "field_label", "reason_text", "statement_text")
    list_filter = (("run", AutocompleteSelectFilter), ("outcome", ChoicesDropdownFilter), ProblemKindFilter)
    list_select_related = ("run",)
    search_fields = ("file", "position", "reason")
    search_help_text = _("Search by reason, file name or position")
    ordering = ("pk",)
    fields = (
        "import_link",
        ("file", "position"),
        ("outcome_badge", "field_label"),
        "reason",
        "fields_json",
        "record_json",
    )
    readonly_fields = ("import_link", "outcome_badge", "field_label", "fields_json", "record_json")

    @admin.display(description=_("found in"), ordering="pk")
    def file_position(self, problem: ImportProblem) -> str:
        return f"{problem.file}, {problem.position}"

    @admin.display(description=_("outcome"), ordering="outcome")
    def outcome_badge(self, problem: ImportProblem) -> SafeString:
        is_refused = problem.outcome == ImportProblem.Outcome.REFUSED
        return render_badge(problem.get_outcome_display(), "bad" if is_refused else "waiting")

    @admin.display(description=_("field"), ordering="field")
    def field_label(self, problem: ImportProblem) -> str:
        return str(FIELD_LABELS.get(problem.field, problem.field)) or "–"

    @admin.display(description=_("reason"), ordering="code")
    def reason_text(self, problem: ImportProblem) -> SafeString:
        return format_html('<span class="desk-statement" dir="auto">{}</span>', problem.reason)

    @admin.display(description=_("statement"))
    def statement_text(self, problem: ImportProblem) -> SafeString | str:
        """Return the record's statement, by which people recognise the record."""
        statement = (problem.fields or {}).get("statement") or ""
        return format_html('<span class="desk-statement" dir="auto">{}</span>', str(statement)[:200]) or "–"

    @admin.display(description=_("import"))
    def import_link(self, problem: ImportProblem) -> SafeString:
        return format_html('<a href="{}">{}</a>', get_page_url(problem.run), problem.run)

    @admin.display(description=_("recognised values"))
    def fields_json(self, problem: ImportProblem) -> SafeString | str:
        return _fold_value(
            _("The values that were recognised, under this program’s field names"), problem.fields
        )

    @admin.display(description=_("original record"))
    def record_json(self, problem: ImportProblem) -> SafeString | str:
        return _fold_value(_("The original record"), problem.record)


def _fold_value(sentence: StrOrPromise, value: Any) -> SafeString | str:
    return "–" if value is None else render_json(sentence, value)


_BADGE_TONES: dict[str, Tone] = {
    ImportRun.State.CHOSEN: "neutral",
    ImportRun.State.WAITING: "waiting",
    ImportRun.State.READING: "active",
    ImportRun.State.HELD: "waiting",
    ImportRun.State.WRITING: "active",
    ImportRun.State.FINISHED: "good",
    ImportRun.State.FAILED: "bad",
    ImportRun.State.UNDOING: "waiting",
    ImportRun.State.UNDONE: "faded",
}


_RUN_PERMISSION, _UNDO_PERMISSION = "claims.run_import", "claims.undo_import"


class ReleaseArchiveForm(forms.Form):
    is_checked = forms.BooleanField(
        label=_(
            "I have checked this sample, and share responsibility for the archive with the person who requested it"
        ),
        error_messages={"required": _("Check the sample, then confirm that you have checked it.")},
    )


class UndoImportForm(forms.Form):
    """A form with the choice to undo only the records that were not edited after the import."""

    keep_later_work = forms.BooleanField(required=False, widget=forms.HiddenInput)


def _can_resume(run: ImportRun) -> bool:
    return run.state == ImportRun.State.FAILED or is_interrupted(run)


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin, DeskAdmin):
    list_display = (
        "origin",
        "state_badge",
        "format_title",
        "records",
        "created",
        "updated",
        "unchanged",
        "merged",
        "refused",
        "started_by_name",
        "created_at",
    )
    list_filter = (("state", ChoicesDropdownFilter), ("created_at", DaysFilter))
    search_fields = ("origin", "started_by_name", "content_sha256")
    search_help_text = _("Search by file or address, or by the person who imported it")
    ordering = ("-pk",)
    change_form_outer_before_template = "admin/desk/import_top.html"
    fields = (
        "origin",
        ("format_title", "file_size"),
        ("started_by_name", "created_at"),
        ("started_at", "finished_at"),
        "reading_notes",
        ("house_archive", "released_by_name", "released_at"),
        "content_fingerprint",
        "settings",
    )
    readonly_fields = ("format_title", "file_size", "reading_notes", "settings", "content_fingerprint")

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, run: ImportRun) -> SafeString:
        return build_state_badge(run)

    @admin.display(description=_("format"), ordering="format")
    def format_title(self, run: ImportRun) -> str:
        return get_format_title(run)

    @admin.display(description=_("size"), ordering="size")
    def file_size(self, run: ImportRun) -> str:
        return "–" if run.size is None else filesizeformat(run.size)

    @admin.display(description=_("settings used for reading"))
    def reading_notes(self, run: ImportRun) -> SafeString | str:
        return format_html_join("", "<p>{}</p>", ((note,) for note in run.notes)) or "–"

    @admin.display(description=_("settings"))
    def settings(self, run: ImportRun) -> SafeString | str:
        if not run.format_settings:
            return "–"
        return render_json(
            _("Settings for reading the file, which you can reuse for the next one"), run.format_settings
        )

    @admin.display(description=_("recognised by"))
    def content_fingerprint(self, run: ImportRun) -> SafeString | str:
        return render_fingerprint(
            _("The same file is recognised by its content, whatever its name."), run.content_sha256
        )

    # Starting an import ----------------------------------------------------------------------------------------------

    def has_add_permission(self, request: HttpRequest, obj: ImportRun | None = None) -> bool:
        return request.user.has_perm(_RUN_PERMISSION)

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return import_form.choose_view(self, request)

    @desk_page("<int:pk>/set-up/", "set-up")
    def set_up_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return import_form.set_up_view(self, request, self.get_row(request, pk, _RUN_PERMISSION))

    # The page of an import -------------------------------------------------------------------------------------------

    def build_page_context(self, request: HttpRequest, run: Any, /) -> dict[str, Any]:
        may_run = self.has_add_permission(request)
        may_undo = request.user.has_perm(_UNDO_PERMISSION) and run.state in undo.UNDOABLE_STATES
        obstacles = undo.find_obstacles(run) if may_undo else []
        return {
            "run": run,
            "run_badge": build_state_badge(run),
            "progress": describe_progress(run),
            "kinds": _count_problem_kinds(run),
            "is_interrupted": is_interrupted(run),
            "may_run": may_run,
            "may_resume": may_run and _can_resume(run),
            "obstacles": obstacles,
            "rest": undo.count_undoable_claims(run) if obstacles else 0,
        }

    @desk_page("<int:pk>/progress/")
    def progress_view(self, request: HttpRequest, pk: int) -> JsonResponse:
        """Return the progress as JSON for the progress bar, which requests it every second."""
        run = self.get_row(request, pk)
        return JsonResponse(describe_progress(run, since=request.GET.get("since", "")))

    @desk_page("<int:pk>/report/")
    def report_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Return the rejected and incomplete records as a file, to be corrected and imported again."""
        run = self.get_row(request, pk, "claims.view_importproblem")
        with activate_newsroom_language():
            title = gettext("Problems in import %d") % run.pk
        audit.record_event(AuditKind.DOWNLOADED, request=request, subject_text=title)
        report = StreamingHttpResponse(runs.write_problem_report(run), content_type="application/x-ndjson")
        report.headers["Content-Disposition"] = f'attachment; filename="import-{run.pk}-problems.ndjson"'
        return report

    @row_action(
        _("Continue"),
        permission=_RUN_PERMISSION,
        is_offered=lambda run, person: bool(run.upload) and _can_resume(run),
        look="main",
    )
    def resume(self, request: HttpRequest, run: ImportRun) -> str:
        """Resume an import that failed or was interrupted, and return a message."""
        runs.start_run(run, by=get_person(request))
        return gettext("The import continues. Records that are already stored are not stored twice.")

    @row_action(
        _("Discard"),
        permission=_RUN_PERMISSION,
        is_offered=lambda run, person: run.state == ImportRun.State.CHOSEN,
    )
    def discard(self, request: HttpRequest, run: ImportRun) -> HttpResponse:
        """Discard an import that has not been started, and delete its file."""
        runs.discard_run(run, by=get_person(request))
        messages.success(request, gettext("Discarded: %s. Nothing was stored.") % run.origin)
        return HttpResponseRedirect(reverse("admin:claims_importrun_changelist"))

    @row_action(
        _("Release and publish"),
        permission=house_archive.PERMISSION,
        is_offered=house_archive.can_release,
        form=ReleaseArchiveForm,
        look="main",
    )
    def release(self, request: HttpRequest, run: ImportRun, is_checked: bool) -> str:
        """Publish the newsroom's own imported archive after a person has checked a sample, and return a message."""
        house_archive.release_archive(run, by=get_person(request))
        return gettext("Released: its records are now being published.")

    @row_action(
        _("Undo this import"),
        permission=_UNDO_PERMISSION,
        is_offered=lambda run, person: run.state in undo.UNDOABLE_STATES,
        form=UndoImportForm,
        question=_(
            "Claims and verdicts that came only from this import are removed. Published versions stay on record, with "
            "a note that they were withdrawn."
        ),
        look="retract",
    )
    def undo(self, request: HttpRequest, run: ImportRun, keep_later_work: bool) -> str:
        undo.queue_undo(run, by=get_person(request), keep_later_work=keep_later_work)
        return gettext("The import is being undone, step by step.")


def build_state_badge(run: ImportRun) -> SafeString:
    if is_interrupted(run):
        return render_badge(_("Interrupted"), "bad")
    return render_badge(run.get_state_display(), _BADGE_TONES[run.state])


def _count_problem_kinds(run: ImportRun) -> list[dict[str, Any]]:
    kinds = run.problems.order_by().values("outcome", "code").annotate(number=Count("pk"))
    ordered_kinds = kinds.order_by("-outcome", "-number", "code")
    return [{**kind, "words": describe_kind(kind["code"])} for kind in ordered_kinds]
