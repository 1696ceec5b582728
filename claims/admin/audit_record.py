"""The audit log, read-only, for administrators: sign-ins, downloads and changes of permissions."""

import json
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter

from claims.models import AuditKind, AuditRecord
from claims.newsroom.browser_names import describe_browser
from factcheck.admin.badges import Tone, badge
from factcheck.admin.base import DeskAdmin, LookOnly
from factcheck.admin.found_rows import words_of

_TONES: dict[str, Tone] = {
    AuditKind.SIGNED_IN: "good",
    AuditKind.SIGN_IN_FAILED: "bad",
    AuditKind.CODE_REFUSED: "bad",
    AuditKind.FACTORS_RESET: "waiting",
    AuditKind.DOWNLOADED: "active",
}


class WhenFilter(admin.SimpleListFilter):
    """Filter by period: records after a moment, newest first."""

    title = _("when")
    parameter_name = "days"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, StrOrPromise]]:
        return [("1", _("the last day")), ("7", _("7 days")), ("30", _("30 days")), ("365", _("a year"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        days = self.value()
        known = days in {value for value, _words in self.lookup_choices}
        return queryset.filter(at__gt=now() - timedelta(days=int(days))) if days and known else queryset


@admin.register(AuditRecord)
class AuditRecordAdmin(LookOnly, DeskAdmin):
    list_display = ("at", "shown_kind", "actor_name", "subject_name", "what", "address")
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ("actor", AutocompleteSelectFilter),
        ("subject", AutocompleteSelectFilter),
        WhenFilter,
    )
    search_fields = ("actor_name",)
    search_help_text = _("A person or an address")
    ordering = ("-pk",)
    sortable_by = ()
    fields = ("at", "shown_kind", "actor_name", "subject_name", "what", "address", "browser", "agent", "more")
    readonly_fields = ("shown_kind", "browser", "more")

    def matching(self, request: HttpRequest, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """Records of the people that are meant, and from the address: both are found by an index."""
        people = User.objects.all()
        for word in words_of(words):
            names = ("username", "first_name", "last_name", "email")
            people = people.filter(Q(*[(f"{name}__icontains", word) for name in names], _connector=Q.OR))
        keys = list(people.values_list("pk", flat=True)[:100])
        return rows.filter(Q(actor__in=keys) | Q(subject__in=keys) | Q(address=words.strip()))

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """Return matching records without counting them: there may be millions."""
        return (self.matching(request, queryset, search_term) if search_term.strip() else queryset), False

    @admin.display(description=_("what"))
    def shown_kind(self, record: AuditRecord) -> SafeString:
        return badge(record.get_kind_display(), _TONES.get(record.kind, "neutral"))

    @admin.display(description=_("browser"))
    def browser(self, record: AuditRecord) -> str:
        return describe_browser(record.agent) if record.agent else "–"

    @admin.display(description=_("details"))
    def more(self, record: AuditRecord) -> SafeString | str:
        if not record.detail:
            return "–"
        return format_html("<pre>{}</pre>", json.dumps(record.detail, indent=2, ensure_ascii=False))
