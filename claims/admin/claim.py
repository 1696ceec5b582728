"""The page of a claim, with all actions on it."""

import re
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from unfold.decorators import action

from claims.admin import article_form, live_preview, orphaned_quotes, pasted
from claims.admin.appearance import AppearanceInline
from claims.admin.article_page import list_article_urls
from claims.admin.claim_list import ClaimList
from claims.admin.claim_media import ClaimMediaInline
from claims.admin.claim_page import build_claim_context, build_screen_context, build_timeline_context
from claims.admin.draft_inline import DraftEvidenceInline, DraftInline, get_draft_on_page, has_draft
from claims.admin.move_buttons import build_moves_context
from claims.admin.similar_claims import build_similar_context, collect_additions, find_similar_claims
from claims.admin.timeline import can_read_work, list_claim_events
from claims.models import Appearance, Claim, ClaimMedia, ClaimTopic, Evidence, Verdict
from claims.newsroom.signals import claims_added, draft_saved
from claims.review import claim_edits, verdict_drafts, workflow
from factcheck.admin.base import get_page_url, get_person
from factcheck.admin.change_history import PastEvent, list_changes, list_link_changes
from factcheck.admin.row_actions import RefusalMessages, desk_page, row_action
from factcheck.admin.typed_names import TypedNames
from factcheck.admin.versions import DeskForm
from sources.admin.source import read_address
from sources.models import Publisher, Source

#: Matches white space between two tags that only indents the HTML: a quarter of the page's size.
_INDENTS_PATTERN = re.compile(rb">\s*\n\s*<")


def remove_indents(page: HttpResponse) -> None:
    """Remove white space that browsers ignore from the response."""
    page.content = _INDENTS_PATTERN.sub(b">\n<", page.content)


class ClaimForm(DeskForm):
    """The form with the fields of a claim."""

    #: Whether the form was sent with a verdict that has been deleted or that this person may not edit.
    is_draft_missing = False

    def clean(self) -> dict[str, Any]:
        if self.is_draft_missing:
            raise forms.ValidationError(
                _("Not saved: the draft verdict was deleted, or it is not yours. Copy your text."),
                code="stale",
            )
        return super().clean()


class NewClaimForm(ClaimForm):
    """The form for a new claim: one text with its statement, the URL of an appearance, or both."""

    class Meta:
        help_texts: ClassVar = {
            "statement": gettext_lazy(
                "Enter the statement, the address of a page where it was made, or both. You can add the rest later."
            )
        }

    #: Whether the person may add sources; otherwise a URL stays in the text.
    adds_sources = False
    urls: tuple[str, ...] = ()

    def clean_statement(self) -> str:
        text: str = self.cleaned_data["statement"]
        urls = [url for word in text.split() if (url := read_address(word))]
        if not urls or not self.adds_sources:
            return text
        for url in urls:
            Source._meta.get_field("url").run_validators(url)
        self.urls = tuple(dict.fromkeys(urls))
        if statement := " ".join(word for word in text.split() if not read_address(word)):
            return statement
        known_source = Source.objects.find_by_url(self.urls[0])
        # The source's title is fetched later: `claims.quotes.changed_sources`.
        return known_source.title if known_source else self.urls[0]


@admin.register(Claim)
class ClaimAdmin(TypedNames, ClaimList):
    """The page of a claim at the desk; `ClaimList` is the list."""

    form = ClaimForm
    inlines = (AppearanceInline, ClaimMediaInline)
    change_form_template = "admin/desk/claim_screen.html"
    versioned_relations = ("topics", "appearances", "media", "drafts", "drafted_evidence")
    fields_shown_elsewhere = ("state", "state_before_merge", "merged_into_id")
    change_form_outer_before_template = "admin/desk/claim_top.html"
    change_form_outer_after_template = "admin/desk/claim_bottom.html"
    added_message = gettext_lazy("Saved.")
    actions_submit_line = ("start_check",)
    autocomplete_fields = ("claimant", "topics")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "statement",
                    "claimant",
                    # On a page with two columns, the label would otherwise be under the first field.
                    "claimed_on",
                    "language",
                    "context",
                    "topics",
                    "first_appearance",
                )
            },
        ),
    )

    def get_urls(self) -> list[URLPattern]:
        return [*list_article_urls(self), *super().get_urls()]

    @desk_page("import/")
    def import_view(self, request: HttpRequest) -> HttpResponse:
        return article_form.import_view(self, request)

    @desk_page("import/<int:pk>/", "imported")
    def imported_article_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return article_form.show_imported_article(self, request, pk)

    @desk_page("propose-more/<int:source>/", "propose_more")
    def propose_more_view(self, request: HttpRequest, source: int) -> HttpResponse:
        return article_form.propose_all_statements(request, source)

    @desk_page("<int:pk>/appearances/<int:appearance>/<int:number>/<int:start>-<int:end>/", "take_place")
    def move_quote_view(self, request: HttpRequest, **place: int) -> HttpResponse:
        return orphaned_quotes.move_quote(self, request, **place)

    @desk_page("pasted/", "pasted")
    def source_at_url_view(self, request: HttpRequest) -> HttpResponse:
        return pasted.show_source_at_url(self.admin_site, request)

    @desk_page("similar/", "similar")
    def similar_claims_view(self, request: HttpRequest) -> HttpResponse:
        """Show similar claims beside a statement while it is typed. Uses POST, because URLs end up in logs."""
        if request.method != "POST" or not self.has_view_or_change_permission(request):
            raise Http404
        claim_id = request.POST.get("claim", "")
        edited_claim = self.get_object(request, claim_id) if claim_id.isdecimal() else None
        statement, person = request.POST.get("statement", ""), get_person(request)
        context = {
            "similar": find_similar_claims(statement, person=person, own_claim=edited_claim),
            **collect_additions(statement, person=person),
        }
        return TemplateResponse(request, "admin/desk/similar.html", context)

    def has_change_permission(self, request: HttpRequest, obj: Claim | None = None) -> bool:
        """Let people without the triage permission change only proposals; accepted claims belong to fact-checkers."""
        is_editable = obj is None or claim_edits.may_edit(obj, get_person(request))
        return is_editable and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Claim | None = None) -> bool:
        """Allow deleting a claim only without verdicts and other dependent rows; otherwise it is declined or merged."""
        is_deletable = obj is None or not claim_edits.is_referenced(obj)
        return super().has_delete_permission(request, obj) and is_deletable

    def get_readonly_fields(self, request: HttpRequest, obj: Claim | None = None) -> tuple[str, ...]:
        return () if obj is None else claim_edits.list_fixed_fields(obj)

    def get_fieldsets(self, request: HttpRequest, obj: Claim | None = None) -> Any:
        sections = super().get_fieldsets(request, obj)
        if obj is not None:
            return sections
        fields = tuple(field for field in sections[0][1]["fields"] if field != "first_appearance")
        return ((None, {"fields": fields}),)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in ("statement", "context"):
            field.widget.attrs["rows"] = 3
        if db_field.name == "statement":
            field.widget.attrs["data-similar"] = reverse("admin:claims_claim_similar")
            match = request.resolver_match
            field.widget.attrs["data-similar-to"] = match.kwargs.get("object_id", "") if match else ""
        return field

    # The verdict being written is part of the page ------------------------------------------------------------------

    def get_inline_instances(self, request: HttpRequest, obj: Claim | None = None) -> list[Any]:
        inlines: list[Any] = super().get_inline_instances(request, obj)
        draft = get_draft_on_page(request, obj) if obj else None
        if draft is None or not self.has_change_permission(request, obj):
            return inlines
        site = self.admin_site
        return [DraftInline(draft, Claim, site), DraftEvidenceInline(draft, site), *inlines]

    def get_parent_row(self, inline: Any, row: Any) -> Any:
        return inline.draft if isinstance(inline, DraftEvidenceInline) else row

    def get_formset_kwargs(self, request: HttpRequest, obj: Any, inline: Any, prefix: str) -> dict[str, Any]:
        arguments: dict[str, Any] = super().get_formset_kwargs(request, obj, inline, prefix)
        return arguments | {"instance": self.get_parent_row(inline, obj)}

    def save_related(
        self, request: HttpRequest, form: forms.ModelForm, formsets: list[Any], change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        if not change:
            source_admin = self.admin_site.get_model_admin(Source)
            assert isinstance(form, NewClaimForm)  # noqa: S101  the form of this page
            for url in form.urls:
                source = source_admin.find_or_add_row(request, url)
                if not form.instance.appearances.filter(source=source).exists():
                    form.instance.appearances.create(source=source, snapshot=source.get_latest_snapshot())
            # Send the signal only now that topics and places are stored, because assignment rules may check them.
            claims_added.send(None, claims=[form.instance.pk])
        draft_formsets = [formset for formset in formsets if formset.model in (Verdict, Evidence)]
        draft = get_draft_on_page(request, form.instance) if change else None
        if draft and any(formset.has_changed() for formset in draft_formsets):
            verdict_drafts.record_editor(draft, get_person(request))
        if draft:
            draft_saved.send(sender=Verdict, draft=draft, values=request.POST, person=get_person(request))

    def response_change(self, request: HttpRequest, obj: Claim) -> HttpResponse:
        draft = get_draft_on_page(request, obj)
        if draft is None or "_submit" not in request.POST:
            return super().response_change(request, obj)
        with RefusalMessages(request, lambda why: _("Saved, but not submitted. %s") % why):
            workflow.move(draft, "submit", by=get_person(request))
            messages.success(request, _("Saved and submitted for review."))
        return HttpResponseRedirect(request.path)

    @live_preview.roll_back
    @desk_page("<int:pk>/preview/")
    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Preview the public page with the submitted changes. Nothing is stored."""
        claim = self.get_object(request, str(pk))
        draft = get_draft_on_page(request, claim) if claim else None
        if request.method != "POST" or claim is None or draft is None:
            raise Http404
        if not self.has_change_permission(request, claim):
            raise PermissionDenied
        if refusal := live_preview.find_refusal(request, draft):
            return refusal
        parts = {}
        for formset, inline in self.get_formsets_with_inlines(request, claim):
            arguments = self.get_formset_kwargs(request, claim, inline, formset.get_default_prefix())
            if isinstance(inline, DraftInline):
                formset.form = live_preview.remove_lock(formset.form)
            parts[formset.model] = formset(**arguments)
        if [row.instance.pk for row in parts[Verdict].forms] != [draft.pk]:
            return HttpResponseBadRequest(
                _("This form does not belong to this page. Reload the page and try again.")
            )
        form = live_preview.remove_lock(self.get_form(request, claim, change=True))
        return live_preview.render_preview(
            parts[Verdict].forms[0],
            parts[Evidence],
            prefix=parts[Verdict].forms[0].prefix,
            claim_form=form(request.POST, instance=claim),
            appearance_formset=parts[Appearance],
        )

    @desk_page("<int:pk>/timeline/")
    def timeline_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Return a page of the claim's timeline as HTML, which a script inserts into the claim's page."""
        claim = self.get_object(request, str(pk))
        if claim is None or not self.has_view_or_change_permission(request, claim):
            raise Http404
        page_number = request.GET.get("p", "")
        context = {
            **build_timeline_context(
                claim,
                get_person(request),
                kind=request.GET.get("kind", ""),
                page=int(page_number) if page_number.isdecimal() and len(page_number) < 4 else 1,
            ),
            "title": _("Timeline: %s") % claim,
            "claim": claim,
            "original": claim,
        }
        return self.show_page(request, "timeline_page", context)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Return the newsroom's language as the initial language, because most claims are in that language."""
        language = Publisher.objects.get_house().language or get_language() or ""
        return {"language": language} | super().get_changeform_initial_data(request)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **({} if obj else {"form": NewClaimForm}) | kwargs)
        form.adds_sources = request.user.has_perm("sources.add_source")
        form.is_draft_missing = bool(obj and has_draft(request) and get_draft_on_page(request, obj) is None)
        if field := form.base_fields.get("first_appearance"):
            # Offer only the claim's own appearances, which are added and edited on the same page.
            field.queryset = obj.appearances.select_related("source") if obj else Appearance.objects.none()
            field.widget.can_add_related = field.widget.can_change_related = False
            field.widget.can_delete_related = field.widget.can_view_related = False
        return form

    def has_start_check_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Return whether the person may accept and check a claim that they are writing."""
        is_new = request.resolver_match is not None and not request.resolver_match.kwargs
        return is_new and request.user.has_perms(["claims.triage_claim", "claims.add_verdict"])

    @action(
        description=gettext_lazy("Save and start the check"),
        permissions=["start_check"],
        attrs={"name": "start_check"},
    )
    def start_check(self, request: HttpRequest, obj: Claim) -> None:
        """Declare the button. `response_add` runs it, when topics and appearances are stored too."""

    def response_add(
        self, request: HttpRequest, obj: Claim, post_url_continue: str | None = None
    ) -> HttpResponse:
        if "start_check" not in request.POST or not self.has_start_check_permission(request):
            return super().response_add(request, obj, post_url_continue)
        workflow.move(obj, "accept", by=get_person(request))
        return self._start_draft(request, obj)

    def _start_draft(self, request: HttpRequest, claim: Claim) -> HttpResponse:
        verdict = verdict_drafts.create_draft(claim, author=get_person(request))
        messages.success(request, _("Draft created. Fill it in, then submit it for review."))
        return redirect(f"{get_page_url(verdict.claim)}#verdict")

    def save_model(self, request: HttpRequest, obj: Claim, form: forms.ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "statement" in form.changed_data:
            self._warn_about_same_wording(request, obj)

    def _warn_about_same_wording(self, request: HttpRequest, claim: Claim) -> None:
        """Warn about up to three claims with the same wording, and suggest merging them."""
        key = Claim.objects.filter(pk=claim.pk).values("statement_key")
        same_claims = Claim.objects.readable_by(get_person(request)).filter(statement_key__in=key)
        for same_claim in same_claims.exclude(pk=claim.pk).order_by("pk")[:3]:
            message = _(
                "A claim with the same statement already exists: {} ({}). If it is the same claim, merge the two."
            )
            link = format_html('<a href="{}">{}</a>', get_page_url(same_claim), same_claim)
            messages.warning(request, format_html(message, link, same_claim.get_state_display()))

    def build_page_context(self, request: HttpRequest, claim: Any, /) -> dict[str, Any]:
        claim, person = self.get_stored_subject(request, claim), get_person(request)
        context = build_claim_context(claim, person) | build_moves_context(claim, person)
        context |= build_screen_context(claim, person, draft=get_draft_on_page(request, claim))
        if claim.state in (Claim.State.PROPOSED, Claim.State.ACCEPTED):
            context |= build_similar_context(claim.statement, person=person, own_claim=claim)
        return context

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        if not kwargs.get("change"):
            context["actions_submit_line"] = self.get_actions_submit_line(
                request, 0
            )  # unfold: not on new rows
        response = super().render_change_form(request, context, *args, **kwargs)
        response.add_post_render_callback(remove_indents)
        return response

    @row_action(gettext_lazy("Draft a verdict"), permission="claims.add_verdict")
    def draft(self, request: HttpRequest, claim: Claim) -> HttpResponse:
        """Create a draft of the newsroom's verdict, or of its next version, and redirect to the draft."""
        return self._start_draft(request, claim)

    def list_history_entries(self, row: Claim, reader: User) -> list[PastEvent]:
        if not can_read_work(row, reader):
            return list_claim_events(row, reader)
        return [
            *super().list_history_entries(row, reader),
            *list_changes(Appearance, row_name=_("an appearance"), claim_id=row.pk),
            *list_changes(ClaimMedia, row_name=_("a picture, recording or video"), claim_id=row.pk),
            *list_link_changes(ClaimTopic, link_name="topic", claim_id=row.pk),
            *list_claim_events(row, reader),
        ]
