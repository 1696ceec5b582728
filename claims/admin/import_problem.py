"""Records that an import could not use, with position and reason. Read-only."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter, DropdownFilter

from claims.admin.mapping_form import LABELS
from claims.imports.problem_kinds import describe_kind
from claims.models import ImportProblem
from factcheck.admin.badges import badge
from factcheck.admin.base import DeskAdmin, LookOnly, change_page
from factcheck.admin.technical import folded_json
from factcheck.database.distinct_values import occurring_values


class KindFilter(DropdownFilter):
    """The kinds of problems that occur, in the selected import if there is one."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        run = request.GET.get("run__id__exact", "")
        if not run.isdecimal():
            return [(code, describe_kind(code)) for code in occurring_values(ImportProblem, "code")]
        problems = ImportProblem.objects.filter(run=int(run)).order_by("code")
        return [(code, describe_kind(code)) for code in problems.values_list("code", flat=True).distinct()]

    def has_output(self) -> bool:
        return True

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(code=self.value()) if self.value() else queryset


@admin.register(ImportProblem)
class ImportProblemAdmin(LookOnly, DeskAdmin):
    list_display = ("where", "outcome_badge", "about", "why", "said")
    list_filter = (("run", AutocompleteSelectFilter), ("outcome", ChoicesDropdownFilter), KindFilter)
    list_select_related = ("run",)
    search_fields = ("file", "position", "reason")
    search_help_text = _("Words in the reason, a file or a position")
    ordering = ("pk",)
    fields = (
        "import_page",
        ("file", "position"),
        ("outcome_badge", "about"),
        "reason",
        "pretty_fields",
        "pretty_record",
    )
    readonly_fields = ("import_page", "outcome_badge", "about", "pretty_fields", "pretty_record")

    @admin.display(description=_("found in"), ordering="pk")
    def where(self, problem: ImportProblem) -> str:
        return f"{problem.file}, {problem.position}"

    @admin.display(description=_("outcome"), ordering="outcome")
    def outcome_badge(self, problem: ImportProblem) -> SafeString:
        refused = problem.outcome == ImportProblem.Outcome.REFUSED
        return badge(problem.get_outcome_display(), "bad" if refused else "waiting")

    @admin.display(description=_("field"), ordering="field")
    def about(self, problem: ImportProblem) -> str:
        return str(LABELS.get(problem.field, problem.field)) or "–"

    @admin.display(description=_("reason"), ordering="code")
    def why(self, problem: ImportProblem) -> SafeString:
        return format_html('<span class="desk-statement" dir="auto">{}</span>', problem.reason)

    @admin.display(description=_("statement"))
    def said(self, problem: ImportProblem) -> SafeString | str:
        """Return the statement in the record, by which a person recognises it."""
        statement = (problem.fields or {}).get("statement") or ""
        return format_html('<span class="desk-statement" dir="auto">{}</span>', str(statement)[:200]) or "–"

    @admin.display(description=_("import"))
    def import_page(self, problem: ImportProblem) -> SafeString:
        return format_html('<a href="{}">{}</a>', change_page(problem.run), problem.run)

    @admin.display(description=_("understood as"))
    def pretty_fields(self, problem: ImportProblem) -> SafeString | str:
        return _fold_value(
            _("The values that were recognised, under this program’s field names"), problem.fields
        )

    @admin.display(description=_("in the file"))
    def pretty_record(self, problem: ImportProblem) -> SafeString | str:
        return _fold_value(_("The original record"), problem.record)


def _fold_value(sentence: StrOrPromise, value: Any) -> SafeString | str:
    return "–" if value is None else folded_json(sentence, value)
