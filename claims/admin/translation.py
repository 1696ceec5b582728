"""Translations at the desk: written beside the original, reviewed, published and kept up to date."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter

from claims.admin import live_preview
from claims.admin.claim_page import render_claim_link
from claims.admin.list_filters import LanguageFilter, QueueFilter, QueueOrder
from claims.admin.live_preview import SANDBOX, render_reader_view
from claims.admin.media_preview import render_explanation
from claims.admin.move_buttons import KEYBOARD_SHORTCUTS, OUTDATED_PAGE_MESSAGE, MoveButton
from claims.admin.timeline import get_move_label
from claims.admin.translation_form import (
    STARTED_MESSAGE,
    NewTranslationForm,
    TranslationForm,
    build_translation_badge,
    pair_parts,
)
from claims.ledger import preview_entries
from claims.models import Translation, Verdict
from claims.models.translation import SIGN_OFF
from claims.models.visibility import READ_DRAFTS
from claims.newsroom.refusals import NotPossible
from claims.review import translation_drafts, workflow
from claims.review.moves import list_missing_translation_requirements
from claims.review.translation_originals import OriginalText, find_original, is_translation_of
from claims.review.verdict_drafts import may_edit
from factcheck.admin.base import DeskAdmin, get_page_url, get_person, is_cascade_deletion
from factcheck.admin.change_history import PastEvent, get_name, list_changes
from factcheck.admin.row_actions import RefusalMessages, desk_page, row_action
from factcheck.django_internals import replace_object
from factcheck.language_names import get_language_name, is_right_to_left

_State = Translation.State


@admin.register(Translation)
class TranslationAdmin(QueueOrder, DeskAdmin):
    form = TranslationForm
    list_display = (
        "claim_text",
        "language_name",
        "state_badge",
        "verdict_version",
        "translator_name",
        "published_at",
    )
    list_display_links = ("claim_text",)
    list_filter = (
        QueueFilter,
        ("state", ChoicesDropdownFilter),
        LanguageFilter,
        ("author", AutocompleteSelectFilter),
    )
    search_fields = ("verdict__claim__statement", "statement", "summary", "byline")
    search_help_text = gettext_lazy("Search by words in the claim or translation")
    ordering = ("-pk",)
    autocomplete_fields = ("verdict",)
    add_fieldsets = ((None, {"fields": ("verdict", "language")}),)
    fields_shown_elsewhere = ("state", "review_round", "required_signoffs", "submitted_by_id", "submitted_at")
    change_form_template = "admin/desk/translation_page.html"
    added_message = STARTED_MESSAGE

    # The list ---------------------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Translation]:
        rows: QuerySet[Translation] = super().get_queryset(request)
        return rows.defer("explanation").select_related("verdict__claim", "verdict__publisher", "author")

    @admin.display(description=gettext_lazy("claim"))
    def claim_text(self, row: Translation) -> SafeString:
        return format_html('<span class="desk-statement" dir="auto">{}</span>', row.verdict.claim)

    @admin.display(description=gettext_lazy("language"), ordering="language")
    def language_name(self, row: Translation) -> str:
        return get_language_name(row.language)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_badge(self, row: Translation) -> SafeString:
        return build_translation_badge(row)

    @admin.display(description=gettext_lazy("version of the verdict"))
    def verdict_version(self, row: Translation) -> int:
        return row.verdict.version

    @admin.display(description=gettext_lazy("translator"), ordering="author__last_name")
    def translator_name(self, row: Translation) -> str:
        return (row.author.get_full_name() or row.author.get_username()) if row.author else "–"

    # Permissions ------------------------------------------------------------------------------------------------------

    def has_change_permission(self, request: HttpRequest, obj: Translation | None = None) -> bool:
        return super().has_change_permission(request, obj) and (
            obj is None or may_edit(obj, get_person(request))
        )

    def has_delete_permission(self, request: HttpRequest, obj: Translation | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (
            obj is None
            or may_edit(obj, get_person(request))
            or is_cascade_deletion(request, "claims_claim_delete", "claims_verdict_delete")
        )

    # Starting a translation -----------------------------------------------------------------------------------------

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            return super().get_form(request, obj, change, **({"form": NewTranslationForm} | kwargs))
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Translation | None = None) -> Any:
        if obj is None:
            return self.add_fieldsets
        return ((None, {"fields": (*_list_parts(obj), "byline")}),)

    def save_model(self, request: HttpRequest, obj: Translation, form: forms.ModelForm, change: bool) -> None:
        person = get_person(request)
        if not change:
            replace_object(obj, translation_drafts.begin_translation(obj.verdict, obj.language, by=person))
            return
        assert isinstance(form, TranslationForm)  # noqa: S101  the form of this page
        replace_object(obj, translation_drafts.edit_translation(obj, by=person, **form.values()))

    def delete_model(self, request: HttpRequest, obj: Translation) -> None:
        translation_drafts.discard_translation(obj, by=get_person(request))

    def response_change(self, request: HttpRequest, obj: Translation) -> HttpResponse:
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(request.path)

    # The page ---------------------------------------------------------------------------------------------------------

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        row = kwargs.get("obj")
        context["show_save_and_add_another"] = context["show_save_and_continue"] = False
        if row and kwargs.get("change"):
            is_editable = self.has_change_permission(request, row)
            form = context["adminform"].form if is_editable else None
            context |= _build_page_context(row, get_person(request), form)
        return super().render_change_form(request, context, *args, **kwargs)

    @row_action(gettext_lazy("Carry over unchanged"), permission="view")
    def carry_over(self, request: HttpRequest, row: Translation) -> HttpResponse:
        """Submit the unchanged translation for the currently published version, and redirect to its page."""
        new_row = translation_drafts.carry_over_translation(row, by=get_person(request))
        messages.success(request, _("Carried over unchanged. Another person must sign it off."))
        return HttpResponseRedirect(get_page_url(new_row))

    @desk_page("<int:pk>/move/<slug:action>/")
    def move_view(self, request: HttpRequest, pk: int, action: str) -> HttpResponse:
        """Make the move of the pressed button, and redirect to the page."""
        row = self.get_row(request, pk)
        if request.method == "POST":
            with RefusalMessages(request):
                if request.POST.get("last_move", "") != str(get_last_step(row)):
                    raise NotPossible(OUTDATED_PAGE_MESSAGE)
                note = request.POST.get("note", "")[:10_000]
                workflow.move(row, action, by=get_person(request), note=note)
                messages.success(request, _("Done."))
        return HttpResponseRedirect(get_page_url(row))

    @desk_page("<int:pk>/preview/")
    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Preview the public page with the submitted changes. Nothing is stored."""
        row = self.get_object(request, str(pk))
        if request.method != "POST" or row is None:
            raise Http404
        if refusal := live_preview.find_refusal(request, row):
            return refusal
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        form = live_preview.remove_lock(self.get_form(request, row, change=True))(request.POST, instance=row)
        form.full_clean()
        edited_translation: Translation = form.instance
        preview = preview_entries.preview_translating(edited_translation)
        response = JsonResponse(
            {
                "page": render_reader_view(
                    [preview.future_entry, *preview.ledger],
                    preview.future_entry,
                    language=edited_translation.language,
                )
                if preview
                else "",
                "unread": [str(error) for errors in form.errors.values() for error in errors],
                "missing": [
                    (description, "translation")
                    for description in list_missing_translation_requirements(edited_translation)
                ],
            }
        )
        response["Cache-Control"] = "no-store"
        return response

    def list_history_entries(self, row: Translation, reader: User) -> list[PastEvent]:
        first_event = PastEvent(row.created_at, get_name(row.author), _("Started"))
        steps = [
            PastEvent(step.at, step.by_name, get_move_label(step.action), note=step.note)
            for step in row.steps.readable_by(reader)
        ]
        changes = list_changes(Translation, excluded_fields=self.fields_shown_elsewhere, pgh_obj_id=row.pk)
        return [
            first_event,
            *(changes if reader.has_perm(READ_DRAFTS) or row.author == reader else []),
            *steps,
        ]


def _list_parts(row: Translation) -> list[str]:
    """Return the names of the parts that the original or the translation contains, in the original's order."""
    original = row.verdict
    original_parts = {"statement": True, "title": original.title, "summary": original.summary}
    original_parts["explanation"] = original.explanation
    return [name for name, is_present in original_parts.items() if is_present or getattr(row, name)]


def get_last_step(row: Translation) -> int:
    """Return the id of the translation's last step, with which a page detects that it shows an outdated state."""
    return row.steps.order_by("pk").values_list("pk", flat=True).last() or 0


def _build_page_context(row: Translation, person: User, form: forms.BaseForm | None) -> dict[str, Any]:
    original = find_original(row.verdict)
    is_current = is_translation_of(row, original)
    options = workflow.list_options(row, person)
    steps = list(row.steps.readable_by(person))
    round_signoffs = [step for step in steps if step.action == SIGN_OFF and step.round == row.review_round]
    last_step = steps[-1] if steps else None
    missing_parts = list_missing_translation_requirements(row, original) if row.state == _State.DRAFT else []
    checklist = [(description, "translation") for description in missing_parts]
    return {
        "row": row,
        "claim": row.verdict.claim,
        "claim_link": render_claim_link(row.verdict.claim),
        "row_badge": build_translation_badge(row),
        "language_words": get_language_name(row.language),
        "direction": "rtl" if is_right_to_left(row.language) else "ltr",
        "translated_verdict": row.verdict,
        "original_language": row.verdict.language,
        "original_direction": "rtl" if is_right_to_left(row.verdict.language) else "ltr",
        "is_current": is_current,
        "pairs": pair_parts(row, original if is_current else _build_original_text(row.verdict), form),
        "explanation_shown": render_explanation(row.explanation, row.verdict.claim),
        "options": [
            MoveButton(option.action, option.move, KEYBOARD_SHORTCUTS.get(option.action, ""))
            for option in options
            if not option.obstacle
        ],
        # A message above the buttons already says what a draft is missing.
        "obstacles": [
            option for option in options if option.obstacle and not (checklist and option.action == "submit")
        ],
        "last_move": get_last_step(row),
        "signoffs": [step for step in steps if step.action == SIGN_OFF],
        "valid_signoffs": round_signoffs,
        "returned": last_step
        if row.state == _State.DRAFT and last_step and last_step.action == "request_changes"
        else None,
        "missing": checklist,
        "may_write": form is not None,
        "may_carry_over": row.state == _State.PUBLISHED
        and not is_current
        and person.has_perm("claims.add_translation"),
        "preview": reverse("admin:claims_translation_preview", args=[row.pk]) if form is not None else "",
        "sandbox": SANDBOX,
    }


def _build_original_text(verdict: Verdict) -> OriginalText:
    """Return the text from which an outdated translation was made, to compare it with the claim's present text."""
    return OriginalText(
        words={
            "statement": verdict.claim.statement,
            "title": verdict.title,
            "summary": verdict.summary,
            "explanation": verdict.explanation,
        },
        language=verdict.language,
        statement_language=verdict.claim.language,
        version=verdict.version,
    )
