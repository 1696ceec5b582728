"""Read-only records at the desk: publications, transitions, sign-offs, the audit log and downloads."""

import json
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter, DropdownFilter

from claims.admin.status_badges import build_status_badge
from claims.admin.timeline import MOVE_LABELS, get_move_label
from claims.models import AuditKind, AuditRecord, Publication, SignOff, Transition
from claims.newsroom import audit
from claims.newsroom.browser_names import describe_browser
from factcheck.admin.badges import Tone, render_badge
from factcheck.admin.base import DeskAdmin, ReadOnlyAdmin, get_page_url
from factcheck.admin.days_filter import DaysFilter
from factcheck.admin.found_rows import split_words
from factcheck.admin.list_download import list_downloaded
from factcheck.admin.technical import render_fingerprint, render_json

_BADGE_TONES: dict[str, Tone] = {
    AuditKind.SIGNED_IN: "good",
    AuditKind.SIGN_IN_FAILED: "bad",
    AuditKind.CODE_REFUSED: "bad",
    AuditKind.FACTORS_RESET: "waiting",
    AuditKind.DOWNLOADED: "active",
}


class PeriodFilter(admin.SimpleListFilter):
    """Filter by period, such as the records of the last 7 days. The newest records come first."""

    title = _("time")
    parameter_name = "days"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, StrOrPromise]]:
        return [("1", _("the last day")), ("7", _("7 days")), ("30", _("30 days")), ("365", _("a year"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        days = self.value()
        is_choice = days in {value for value, _words in self.lookup_choices}
        return queryset.filter(at__gt=now() - timedelta(days=int(days))) if days and is_choice else queryset


@admin.register(AuditRecord)
class AuditRecordAdmin(ReadOnlyAdmin, DeskAdmin):
    list_display = ("at", "kind_badge", "actor_name", "subject_name", "what", "address")
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ("actor", AutocompleteSelectFilter),
        ("subject", AutocompleteSelectFilter),
        PeriodFilter,
    )
    search_fields = ("actor_name",)
    search_help_text = _("Search by person or IP address")
    ordering = ("-pk",)
    sortable_by = ()
    fields = (
        "at",
        "kind_badge",
        "actor_name",
        "subject_name",
        "what",
        "address",
        "browser",
        "agent",
        "detail_json",
    )
    readonly_fields = ("kind_badge", "browser", "detail_json")

    def filter_matching(self, request: HttpRequest, rows: QuerySet[Any], search: str) -> QuerySet[Any]:
        """Return the records whose actor, affected person or IP address matches. Each condition uses an index."""
        people = User.objects.all()
        for word in split_words(search):
            names = ("username", "first_name", "last_name", "email")
            people = people.filter(Q(*[(f"{name}__icontains", word) for name in names], _connector=Q.OR))
        keys = list(people.values_list("pk", flat=True)[:100])
        return rows.filter(Q(actor__in=keys) | Q(subject__in=keys) | Q(address=search.strip()))

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """Return matching records without counting them, because there may be millions."""
        return (
            self.filter_matching(request, queryset, search_term) if search_term.strip() else queryset
        ), False

    @admin.display(description=_("event"))
    def kind_badge(self, record: AuditRecord) -> SafeString:
        return render_badge(record.get_kind_display(), _BADGE_TONES.get(record.kind, "neutral"))

    @admin.display(description=_("browser"))
    def browser(self, record: AuditRecord) -> str:
        return describe_browser(record.agent) if record.agent else "–"

    @admin.display(description=_("details"))
    def detail_json(self, record: AuditRecord) -> SafeString | str:
        if not record.detail:
            return "–"
        return format_html("<pre>{}</pre>", json.dumps(record.detail, indent=2, ensure_ascii=False))


@receiver(list_downloaded, dispatch_uid="claims.admin.records")
def record_download(request: HttpRequest, name: str, format: str, **signal: Any) -> None:  # noqa: A002  the signal's word
    """Record in the audit log that a list was downloaded, with its filters, which show what it contained."""
    audit.record_event(
        AuditKind.DOWNLOADED,
        subject_text=f"{name} ({format})",
        request=request,
        filters=request.GET.urlencode()[:2000],
    )


@admin.register(SignOff)
class SignOffAdmin(ReadOnlyAdmin, DeskAdmin):
    list_display = ("at", "by_name", "claim_link", "round", "note")
    list_filter = (("by", AutocompleteSelectFilter), ("at", DaysFilter))
    sortable_by = ("at", "by_name", "round")
    search_fields = ("by_name", "note", "verdict__claim__statement")
    ordering = ("-pk",)
    fields = ("claim_link", "by_name", "at", "round", "note")
    readonly_fields = ("claim_link",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[SignOff]:
        return super().get_queryset(request).select_related("verdict__claim")

    @admin.display(description=_("claim"))
    def claim_link(self, signoff: SignOff) -> SafeString:
        return format_html('<a href="{}">{}</a>', get_page_url(signoff.verdict), signoff.verdict.claim)


class ActionFilter(DropdownFilter):
    """Filter by the action of a transition."""

    title = _("state change")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [(action, str(label)) for action, label in MOVE_LABELS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Transition]) -> QuerySet[Transition]:
        return queryset.filter(action=self.value()) if self.value() else queryset


@admin.register(Transition)
class TransitionAdmin(ReadOnlyAdmin, DeskAdmin):
    list_display = ("at", "move_label", "state_change", "claim", "actor_name", "note")
    list_filter = (ActionFilter, ("actor", AutocompleteSelectFilter), ("at", DaysFilter))
    sortable_by = ("at",)
    search_fields = ("claim__statement", "actor_name", "note")
    ordering = ("-pk",)
    fields = ("claim", "verdict", "move_label", "state_change", "actor_name", "at", "note")
    readonly_fields = ("move_label", "state_change")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Transition]:
        return super().get_queryset(request).select_related("claim", "verdict__publisher", "verdict__rating")

    @admin.display(description=_("state change"), ordering="action")
    def move_label(self, transition: Transition) -> str:
        return get_move_label(transition.action)

    @admin.display(description=_("state change"))
    def state_change(self, transition: Transition) -> str:
        return transition.states


@admin.register(Publication)
class PublicationAdmin(ReadOnlyAdmin, DeskAdmin):
    list_display = ("claim", "version", "status_badge", "kind", "note", "published_at", "superseded_at")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("published_at", DaysFilter),
    )
    sortable_by = ("version", "status_badge", "kind", "published_at", "superseded_at")
    list_select_related = ("claim",)
    search_fields = ("claim__statement", "note")
    ordering = ("-sequence",)
    fields = (
        "claim",
        ("version", "kind"),
        "status_badge",
        "note",
        ("published_at", "superseded_at"),
        "page",
        "body_json",
        "body_fingerprint",
    )
    readonly_fields = ("status_badge", "page", "body_json", "body_fingerprint")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Publication]:
        rows = super().get_queryset(request)
        # The body can be long, so the list does not show it.
        return rows.defer("body", "search_text", "search_statement", "search")

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, publication: Publication) -> SafeString:
        return build_status_badge(publication)

    @admin.display(description=_("for readers"))
    def page(self, publication: Publication) -> SafeString:
        url = reverse("claim-version", args=[publication.claim_id, publication.version])
        return format_html('<a href="{}">{}</a>', url, _("This version as readers saw it"))

    @admin.display(description=_("JSON"))
    def body_json(self, publication: Publication) -> SafeString:
        return render_json(_("This version as JSON from the API"), publication.document)

    @admin.display(description=_("unchanged since"))
    def body_fingerprint(self, publication: Publication) -> SafeString | str:
        sentence = _("A publication cannot be changed. Anyone who has a copy can compare it with this one.")
        return render_fingerprint(sentence, publication.body_sha256)
