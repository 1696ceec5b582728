"""Import an article at the desk with a form, like `manage.py import_article`."""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from claims.admin.status_badges import build_kind_badge
from claims.articles import score_reasons
from claims.articles.article_import import ImportedArticle, import_article, read_article
from claims.articles.existing_checks import ExistingCheck, find_known_checks
from claims.articles.proposals import FoundClaim, find_unproposed_statements, propose_claims
from claims.models import Appearance, Claim
from claims.quotes.anchors import Anchor
from factcheck.admin.base import DeskAdmin, get_page_url, get_person
from factcheck.admin.unsaved import mark_form_as_saved
from factcheck.installation.messages import translate_message
from sources.extraction import MAX_BYTES, ExtractionError
from sources.http.fetch_errors import FetchError
from sources.http.fetched_documents import fetch
from sources.models import Snapshot, Source
from sources.overrides import OverrideError, Overrides, read_overrides
from sources.source_kinds import Material


class ArticleForm(forms.Form):
    """The form for importing an article: its URL, file or text, and corrections to its details."""

    address = forms.CharField(
        label=gettext_lazy("Address"),
        required=False,
        widget=UnfoldAdminTextInputWidget({"type": "url", "placeholder": "https://"}),
        help_text=gettext_lazy(
            "The page is fetched from this address. If you add a text or a file below, the address is only recorded."
        ),
    )
    text = forms.CharField(
        label=gettext_lazy("or the text"),
        required=False,
        strip=False,
        widget=UnfoldAdminTextareaWidget({"rows": 8, "placeholder": gettext_lazy("Paste the article")}),
    )
    file = forms.FileField(
        label=gettext_lazy("or a file"),
        required=False,
        widget=UnfoldAdminFileFieldWidget,
        help_text=gettext_lazy(
            "A web page, a PDF, .docx or .odt document, a transcript (WebVTT, SRT, text with times), or plain text."
        ),
    )
    transcript = forms.FileField(
        label=gettext_lazy("Transcript"),
        required=False,
        widget=UnfoldAdminFileFieldWidget,
        help_text=gettext_lazy(
            "For a recording at the address above: WebVTT, SRT, or text with times. The text is taken from this file."
        ),
    )
    title = forms.CharField(label=gettext_lazy("Title"), required=False, widget=UnfoldAdminTextInputWidget)
    publisher = forms.CharField(
        label=gettext_lazy("Publisher"), required=False, widget=UnfoldAdminTextInputWidget
    )
    byline = forms.CharField(label=gettext_lazy("Byline"), required=False, widget=UnfoldAdminTextInputWidget)
    published_on = forms.DateField(
        label=gettext_lazy("Published on"), required=False, widget=UnfoldAdminSingleDateWidget
    )
    language = forms.CharField(
        label=gettext_lazy("Language"),
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("A tag such as en, pt-BR or ko. Leave empty to detect it."),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        required=False,
        choices=[("", gettext_lazy("Detect automatically")), *Source.Kind.choices],
        widget=UnfoldAdminSelectWidget,
    )

    override_fields = ("title", "publisher", "byline", "published_on", "language", "kind")

    def clean(self) -> dict[str, Any]:
        cleaned_data: dict[str, Any] = super().clean() or self.cleaned_data
        given_inputs = [name for name in ("text", "file") if cleaned_data.get(name)]
        if len(given_inputs) == 2:
            raise forms.ValidationError(_("Give either a text or a file, not both."))
        if not given_inputs and not cleaned_data.get("address"):
            raise forms.ValidationError(_("Give the article’s address, paste its text, or choose a file."))
        if cleaned_data.get("transcript") and (given_inputs or not cleaned_data.get("address")):
            raise forms.ValidationError(_("For a transcript, give only the address of its recording."))
        for name in ("file", "transcript"):
            if cleaned_data.get(name) and cleaned_data[name].size > MAX_BYTES:
                self.add_error(
                    name, _("The file is too large. The limit is %d MB.") % (MAX_BYTES // 1_000_000)
                )
        return cleaned_data

    def get_overrides(self) -> Overrides:
        """Return the entered corrections.

        Raises:
            OverrideError: a correction is invalid.
        """
        cleaned_data = self.cleaned_data
        names = ("title", "publisher", "byline", "language", "kind")
        day = cleaned_data["published_on"]
        return read_overrides(
            **{name: cleaned_data[name] for name in names},
            date=day.isoformat() if day else "",
            url=cleaned_data["address"],
        )

    def load_material(self) -> Material:
        """Return the article's content from the file, the text or the URL. Only web URLs are fetched, so that
        a form cannot read local files.

        Raises:
            FetchError: nothing could be fetched from the URL.
        """
        cleaned_data = self.cleaned_data
        if file := cleaned_data["file"]:
            return Material(file.read(), filename=file.name, content_type=file.content_type or "")
        if cleaned_data["text"]:
            return Material(cleaned_data["text"].encode(), content_type="text/plain", charset="utf-8")
        material = Material.fetched(fetch(cleaned_data["address"]))
        if transcript := cleaned_data["transcript"]:
            return replace(material, transcript=transcript.read(), transcript_name=transcript.name)
        return material


def import_view(model_admin: DeskAdmin, request: HttpRequest) -> HttpResponse:
    _require_import(request)
    if request.method == "POST":
        form = ArticleForm(request.POST, request.FILES)
        if form.is_valid() and (imported_article := _import_from_form(request, form)):
            return redirect("admin:claims_claim_imported", imported_article.capture_result.snapshot.pk)
    else:
        form = ArticleForm(initial={"address": request.GET.get("address", "")})
    context = {
        "title": _("Import an article"),
        "media": model_admin.media + form.media,
        "form": form,
        "stated": [form[name] for name in form.override_fields],
    }
    return model_admin.show_page(request, "import_article", context)


def show_imported_article(model_admin: DeskAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Show the claims proposed from an imported text, with related published claims."""
    _require_import(request)
    snapshot = get_object_or_404(Snapshot.objects.select_related("source__publisher"), pk=pk)
    proposals = list(_find_waiting_proposals(snapshot, get_person(request)))
    also_stated = find_unproposed_statements(snapshot)
    listed_count = _count_listed(len(proposals) + len(also_stated))
    known_checks = find_known_checks(proposals)
    bands: dict[str, list[tuple[Claim, list[str], ExistingCheck | None, SafeString | str]]] = {}
    ranked_proposals = sorted(proposals, key=lambda proposal: -(proposal.claim.score or 0))
    for position, proposal in enumerate(ranked_proposals):
        existing_check, reasons = (
            known_checks.get(proposal.claim.pk),
            score_reasons.describe_reasons(proposal.claim.score_reasons),
        )
        row = (
            proposal.claim,
            reasons,
            existing_check,
            build_kind_badge(existing_check.kind) if existing_check else "",
        )
        band = score_reasons.get_band_label(proposal.claim.score) if position < listed_count else ""
        bands.setdefault(band, []).append(row)
    context = {
        "title": _("Article: %s") % snapshot.source.title,
        "source": snapshot.source,
        "bands": list(bands.items()),
        "also_stated": also_stated,
    }
    return model_admin.show_page(request, "imported_article", context)


def _count_listed(statement_count: int) -> int:
    """Return how many proposals are listed at once: 7 of ten statements, 13 of thirty, 22 of a hundred."""
    return math.ceil(2.2 * math.sqrt(statement_count))


def _require_import(request: HttpRequest) -> None:
    if not request.user.has_perms(["claims.add_claim", "sources.add_snapshot"]):
        raise PermissionDenied


def _find_waiting_proposals(snapshot: Snapshot, person: User) -> Iterator[FoundClaim]:
    """Yield the undecided proposals that quote the snapshot, in the order of their quotes in the text."""
    appearances = Appearance.objects.filter(
        snapshot=snapshot,
        start__isnull=False,
        claim__in=Claim.objects.readable_by(person).filter(state=Claim.State.PROPOSED),
    )
    seen_ids: set[int] = set()
    for appearance in appearances.select_related("claim__claimant").order_by("start", "pk"):
        if appearance.claim_id not in seen_ids:
            seen_ids.add(appearance.claim_id)
            anchor = Anchor(
                appearance.exact,
                appearance.prefix,
                appearance.suffix,
                appearance.start or 0,
                appearance.end or 0,
            )
            yield FoundClaim(appearance.claim, anchor, reasons=())


def propose_all_statements(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose every statement in a source's latest text as a claim. POST only, because it creates claims."""
    _require_import(request)
    snapshot = Snapshot.objects.filter(source=pk).order_by("-number").first()
    if request.method != "POST" or snapshot is None:
        raise Http404
    proposal = propose_claims(snapshot, include_all=True, by=get_person(request))
    if proposal.failure:
        messages.warning(request, translate_message(proposal.failure))
    elif claim_count := len(proposal.created):
        text = ngettext(
            "%(created)d more claim is waiting for triage.",
            "%(created)d more claims are waiting for triage.",
            claim_count,
        )
        messages.success(request, text % {"created": claim_count})
    else:
        messages.info(request, _("Every claim in the text has already been proposed."))
    return redirect(get_page_url(snapshot.source))


def _import_from_form(request: HttpRequest, form: ArticleForm) -> ImportedArticle | None:
    try:
        overrides = form.get_overrides()
        material = form.load_material()
        article = read_article(material, overrides)
        with transaction.atomic():
            imported_article = import_article(
                material, overrides=overrides, by=get_person(request), article=article
            )
            mark_form_as_saved(request)
    except (OverrideError, FetchError, ExtractionError) as problem:
        form.add_error(None, translate_message(problem))
        return None
    _show_import_messages(request, imported_article)
    return imported_article


def _show_import_messages(request: HttpRequest, article: ImportedArticle) -> None:
    capture, proposal = article.capture_result, article.proposal
    for caveat in capture.document.caveats:
        messages.warning(request, caveat.sentence)
    if proposal.failure:
        messages.warning(request, translate_message(proposal.failure))
    elif claim_count := len(proposal.created):
        text = ngettext(
            "Imported: %(created)d claim is waiting for triage.",
            "Imported: %(created)d claims are waiting for triage.",
            claim_count,
        )
        messages.success(request, text % {"created": claim_count})
    else:
        messages.info(request, _("No new claims were found in the article."))
    if not capture.is_new_source:
        messages.info(
            request,
            _("The text of a known source has changed: a new snapshot was stored.")
            if capture.is_new_snapshot
            else _("This text has already been imported."),
        )
    if lost_count := len(proposal.orphaned):
        text = ngettext(
            "%(number)d quote can no longer be located.",
            "%(number)d quotes can no longer be located.",
            lost_count,
        )
        messages.warning(request, text % {"number": lost_count})
