"""Verdicts at the desk: drafting, review and publication on one page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter

from claims.admin import live_preview
from claims.admin.claim_page import (
    build_verdict_context,
    choose_draft_offer,
    describe_moves,
    list_quotes,
    render_claim_link,
)
from claims.admin.evidence import EvidenceInline
from claims.admin.list_filters import (
    LanguageFilter,
    PublishedDateFilter,
    QueueFilter,
    QueueOrder,
    RatingClassFilter,
)
from claims.admin.live_preview import SANDBOX
from claims.admin.move_buttons import MovesAdmin
from claims.admin.public_state import (
    build_public_badge,
    build_verdict_state_badge,
    prefetch_newest_publication,
)
from claims.admin.scheduling import ScheduleForm, describe_schedule
from claims.admin.status_badges import annotate_planned_time, annotate_signoffs_given, build_rating_badge
from claims.admin.timeline import can_read_work, list_verdict_events
from claims.admin.translation_form import STARTED_MESSAGE, LanguageForm
from claims.admin.verdict_form import (
    CORRECTION_FIELDSET,
    FIELDSETS,
    SIGNATURE_FIELDSETS,
    NewVerdictForm,
    VerdictForm,
    VerdictWidgets,
)
from claims.ledger.document.sections import get_sections
from claims.models import Evidence, Verdict
from claims.models.visibility import READ_DRAFTS
from claims.newsroom.refusals import NotPossible
from claims.review import scheduled_publications, translation_drafts, verdict_drafts
from factcheck.admin.base import get_page_url, get_person
from factcheck.admin.change_history import PastEvent, list_changes
from factcheck.admin.row_actions import desk_page, row_action
from factcheck.django_internals import replace_object
from sources.models import Publisher

_DASHBOARD_FILTERS = (PublishedDateFilter, RatingClassFilter)


@admin.register(Verdict)
class VerdictAdmin(VerdictWidgets, QueueOrder, MovesAdmin):
    form = VerdictForm
    list_display = (
        "claim_text",
        "rating_badge",
        "state_badge",
        "publisher",
        "author_name",
        "reviewed_on",
        "recheck_on",
    )
    list_display_links = ("claim_text",)
    list_filter = (
        QueueFilter,
        ("state", ChoicesDropdownFilter),
        ("rating", AutocompleteSelectFilter),
        ("publisher", AutocompleteSelectFilter),
        ("author", AutocompleteSelectFilter),
        ("origin", ChoicesDropdownFilter),
        LanguageFilter,
    )
    list_select_related = ("claim", "rating", "publisher", "author")
    search_fields = ("claim__statement", "summary", "byline")
    search_help_text = gettext_lazy("Search by words in the claim, summary or byline")
    ordering = ("-pk",)
    inlines = (EvidenceInline,)
    autocomplete_fields = ("claim", "publisher")
    versioned_relations = ("evidence",)
    fields_shown_elsewhere = (
        *("state", "review_round", "required_signoffs", "reply_rule"),
        *("submitted_by_id", "submitted_at", "published_at"),
    )
    change_form_template = "admin/desk/verdict_page.html"
    change_form_outer_before_template = "admin/desk/verdict_top.html"
    change_form_outer_after_template = "admin/desk/verdict_bottom.html"
    add_fieldsets = ((None, {"fields": ("claim", "publisher")}),)
    fieldsets = FIELDSETS
    added_message = gettext_lazy("Draft created. Fill it in, then submit it for review.")

    # The list --------------------------------------------------------------------------------------------------------

    def get_list_filter(self, request: HttpRequest) -> Any:
        """Return the filters; people who see the dashboard's figures also get filters that match these figures."""
        return [
            *super().get_list_filter(request),
            *(_DASHBOARD_FILTERS if request.user.has_perm(READ_DRAFTS) else ()),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Verdict]:
        return annotate_planned_time(
            annotate_signoffs_given(super().get_queryset(request).defer("explanation"))
        )

    def prepare(self, request: HttpRequest, rows: Sequence[Verdict]) -> None:
        super().prepare(request, rows)
        prefetch_related_objects(rows, prefetch_newest_publication("claim__"))

    @admin.display(description=gettext_lazy("claim"))
    def claim_text(self, verdict: Verdict) -> SafeString:
        return format_html('<span class="desk-statement" dir="auto">{}</span>', verdict.claim)

    @admin.display(description=gettext_lazy("rating"), ordering="rating")
    def rating_badge(self, verdict: Verdict) -> SafeString | str:
        return build_rating_badge(verdict.rating) or "–"

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_badge(self, verdict: Verdict) -> SafeString:
        return build_verdict_state_badge(verdict)

    @admin.display(description=gettext_lazy("author"), ordering="author__last_name")
    def author_name(self, verdict: Verdict) -> str:
        if verdict.author is None:
            return _("imported")
        return verdict.author.get_full_name() or verdict.author.get_username()

    # Starting a verdict ---------------------------------------------------------------------------------------------

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(
            request, obj, change, **({"form": NewVerdictForm} if obj is None else {}) | kwargs
        )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"publisher": Publisher.objects.get_house().pk} | super().get_changeform_initial_data(request)

    def get_inlines(self, request: HttpRequest, obj: Verdict | None) -> Any:
        """Return the inlines. Evidence has an inline only in an editable draft; otherwise the template lists it."""
        return super().get_inlines(request, obj) if obj and self.has_change_permission(request, obj) else ()

    def save_model(self, request: HttpRequest, obj: Verdict, form: forms.ModelForm, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        draft = verdict_drafts.create_draft(obj.claim, author=get_person(request), publisher=obj.publisher)
        replace_object(obj, draft)

    def save_related(
        self, request: HttpRequest, form: forms.ModelForm, formsets: list[Any], change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        if change and (form.has_changed() or any(formset.has_changed() for formset in formsets)):
            verdict_drafts.record_editor(form.instance, get_person(request))

    # The page --------------------------------------------------------------------------------------------------------

    def has_change_permission(self, request: HttpRequest, obj: Verdict | None = None) -> bool:
        return super().has_change_permission(request, obj) and (
            obj is None or verdict_drafts.may_edit(obj, get_person(request))
        )

    def has_delete_permission(self, request: HttpRequest, obj: Verdict | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (
            obj is None or verdict_drafts.may_edit(obj, get_person(request))
        )

    def get_fieldsets(self, request: HttpRequest, obj: Verdict | None = None) -> Any:
        sections = super().get_fieldsets(request, obj)
        if obj and not self.has_change_permission(request, obj):
            # The other fields are above the form, where the reviewer reads them before deciding.
            return SIGNATURE_FIELDSETS
        return (CORRECTION_FIELDSET, *sections) if obj and obj.supersedes_id else sections

    def build_page_context(self, request: HttpRequest, verdict: Any, /) -> dict[str, Any]:
        verdict, person = self.get_stored_subject(request, verdict), get_person(request)
        prefetch_related_objects([verdict.claim], prefetch_newest_publication())
        may_edit = self.has_change_permission(request, verdict)
        is_newest = verdict.publisher.is_house and not Verdict.objects.filter(supersedes=verdict).exists()
        return {
            **build_verdict_context(verdict, person, is_edited=may_edit),
            "claim": verdict.claim,
            "claim_link": render_claim_link(verdict.claim),
            "claim_badge": build_public_badge(verdict.claim, [verdict]),
            "quotes": list_quotes(verdict.claim),
            "move_history": describe_moves(verdict.transitions.readable_by(person)),
            "replaces": verdict.supersedes,
            "replaced_by": Verdict.objects.readable_by(person).filter(supersedes=verdict).first(),
            "may_edit": may_edit,
            "preview": reverse("admin:claims_verdict_preview", args=[verdict.pk]) if may_edit else "",
            "sandbox": SANDBOX,
            "draft_offer": choose_draft_offer(verdict.claim, [verdict], person) if is_newest else "",
        }

    @live_preview.roll_back
    @desk_page("<int:pk>/preview/")
    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Preview the public page with the submitted changes. Nothing is stored."""
        verdict = self.get_object(request, str(pk))
        if request.method != "POST" or verdict is None:
            raise Http404
        if refusal := live_preview.find_refusal(request, verdict):
            return refusal
        if not self.has_change_permission(request, verdict):
            raise PermissionDenied
        form = live_preview.remove_lock(self.get_form(request, verdict, change=True))
        [(formset, inline)] = self.get_formsets_with_inlines(request, verdict)
        arguments = self.get_formset_kwargs(request, verdict, inline, formset.get_default_prefix())
        return live_preview.render_preview(
            form(request.POST, instance=verdict), formset(**arguments), prefix=""
        )

    @row_action(gettext_lazy("Schedule"), permission="claims.publish_verdict", form=ScheduleForm)
    def schedule(
        self,
        request: HttpRequest,
        verdict: Verdict,
        *,
        publish_at: datetime | None,
        shown_id: int | None,
        cancel: bool,
    ) -> str:
        """Set, change or cancel the scheduled time of publication, and return a message."""
        by = get_person(request)
        if cancel:
            scheduled_publications.cancel(verdict, by=by, expected_id=shown_id or 0)
            return _("Cancelled: the verdict will not be published automatically.")
        if publish_at is None:
            raise NotPossible(_("Enter the date and time."))
        return describe_schedule(
            scheduled_publications.schedule(verdict, publish_at, by=by, replaced_id=shown_id)
        )

    @row_action(gettext_lazy("Start"), permission="view", form=LanguageForm)
    def translate(self, request: HttpRequest, verdict: Verdict, *, language: str) -> HttpResponse:
        """Start a translation of the verdict, and redirect to its page."""
        row = translation_drafts.begin_translation(verdict, language, by=get_person(request))
        messages.success(request, STARTED_MESSAGE)
        return HttpResponseRedirect(get_page_url(row))

    def get_page_after(self, request: HttpRequest, row: Verdict) -> str:
        """Return the URL of the page that contained the button: the verdict's page, or its claim's."""
        return get_page_url(row.claim if "from_claim" in request.POST else row)

    def list_history_entries(self, row: Verdict, reader: User) -> list[PastEvent]:
        events = list_verdict_events(row, reader)
        if not can_read_work(row, reader):
            return events
        changes = list_changes(Verdict, excluded_fields=self.fields_shown_elsewhere, pgh_obj_id=row.pk)
        changes += list_changes(Evidence, row_name=_("an item of evidence"), verdict_id=row.pk)
        for section in get_sections():
            changes += list_changes(
                section.model, row_name=section.row_name, excluded_fields=section.unlogged, verdict_id=row.pk
            )
        return [*changes, *events]
