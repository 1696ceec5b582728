"""Import an article from the desk: what `manage.py import_article` does, with a form."""

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
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

from claims.admin.status_badges import kind_badge
from claims.articles.article_import import ImportedArticle, import_article
from claims.articles.checked_before import CheckedBefore
from claims.articles.proposals import FoundClaim, propose
from factcheck.admin.base import change_page, person_at
from factcheck.installation.spoken_sentences import in_words
from sources.extraction import LARGEST, ExtractionError
from sources.http.fetch_errors import FetchError
from sources.http.fetched_documents import fetch
from sources.material import Material
from sources.models import Snapshot, Source
from sources.overrides import OverrideError, Overrides, read_overrides

#: How many statements the button proposes that the length of the article did not allow at first.
NEXT = 10


class ArticleForm(forms.Form):
    """Where the article is, and what the editor knows better than the article says it."""

    address = forms.CharField(
        label=gettext_lazy("Address"),
        required=False,
        widget=UnfoldAdminTextInputWidget({"type": "url", "placeholder": "https://"}),
        help_text=gettext_lazy(
            "The page is fetched. With a text or file below, it is only noted as the address."
        ),
    )
    text = forms.CharField(
        label=gettext_lazy("or text"),
        required=False,
        strip=False,
        widget=UnfoldAdminTextareaWidget({"rows": 8, "placeholder": gettext_lazy("Paste the article")}),
    )
    file = forms.FileField(
        label=gettext_lazy("or file"),
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
            "Of a recording at the address above: WebVTT, SRT, or text with times. The text is taken from it."
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
        help_text=gettext_lazy("A tag such as en, pt-BR or ko; recognised when left empty."),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        required=False,
        choices=[("", gettext_lazy("As recognised")), *Source.Kind.choices],
        widget=UnfoldAdminSelectWidget,
    )

    stated_fields = ("title", "publisher", "byline", "published_on", "language", "kind")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        given = [name for name in ("text", "file") if cleaned.get(name)]
        if len(given) == 2:
            raise forms.ValidationError(_("Give either a text or a file, not both."))
        if not given and not cleaned.get("address"):
            raise forms.ValidationError(_("Give the article’s address, paste its text, or choose a file."))
        if cleaned.get("transcript") and (given or not cleaned.get("address")):
            raise forms.ValidationError(
                _("A transcript goes with the address of its recording, and nothing else.")
            )
        for name in ("file", "transcript"):
            if cleaned.get(name) and cleaned[name].size > LARGEST:
                self.add_error(
                    name, _("The file is too large: at most %d MB are read.") % (LARGEST // 1_000_000)
                )
        return cleaned

    def overrides(self) -> Overrides:
        """Raises OverrideError."""
        cleaned = self.cleaned_data
        names = ("title", "publisher", "byline", "language", "kind")
        day = cleaned["published_on"]
        return read_overrides(
            **{name: cleaned[name] for name in names},
            date=day.isoformat() if day else "",
            url=cleaned["address"],
        )

    def material(self) -> Material:
        """Raises FetchError. Only ever fetches an address: a form must not reach the server's own files."""
        cleaned = self.cleaned_data
        if file := cleaned["file"]:
            return Material(file.read(), filename=file.name, content_type=file.content_type or "")
        if cleaned["text"]:
            return Material(cleaned["text"].encode(), content_type="text/plain", charset="utf-8")
        material = Material.fetched(fetch(cleaned["address"]))
        if transcript := cleaned["transcript"]:
            return replace(material, transcript=transcript.read(), transcript_name=transcript.name)
        return material


def import_view(admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    if not request.user.has_perms(["claims.add_claim", "sources.add_snapshot"]):
        raise PermissionDenied
    if request.method == "POST":
        form = ArticleForm(request.POST, request.FILES)
        imported = _imported(request, form) if form.is_valid() else None
    else:
        form, imported = ArticleForm(initial={"address": request.GET.get("address", "")}), None
    context = {
        **admin.admin_site.each_context(request),
        "title": _("Import an article"),
        "media": admin.media + form.media,
        "form": form,
        "stated": [form[name] for name in form.stated_fields],
        "imported": imported,
        "proposed": _proposed(imported) if imported else [],
        "next": min(NEXT, imported.proposal.waiting) if imported else 0,
    }
    return TemplateResponse(request, "admin/desk/import_article.html", context)


def more_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose the next statements of a source's latest text. It is posted: it makes claims."""
    if not request.user.has_perms(["claims.add_claim", "sources.add_snapshot"]):
        raise PermissionDenied
    snapshot = Snapshot.objects.filter(source=pk).order_by("-number").first()
    if request.method != "POST" or snapshot is None:
        raise Http404
    proposal = propose(snapshot, more=NEXT, by=person_at(request))
    created = len(proposal.created)
    if created:
        text = ngettext(
            "%(created)d more claim waits for triage.", "%(created)d more claims wait for triage.", created
        )
        messages.success(request, text % {"created": created})
    else:
        messages.info(request, _("The text has no more statements that are worth a check."))
    return redirect(change_page(snapshot.source))


def _imported(request: HttpRequest, form: ArticleForm) -> ImportedArticle | None:
    try:
        overrides = form.overrides()
        imported = import_article(form.material(), overrides=overrides, by=person_at(request))
    except (OverrideError, FetchError, ExtractionError) as problem:
        form.add_error(None, in_words(problem))
        return None
    for caveat in imported.captured.document.caveats:
        messages.warning(request, caveat.sentence)
    created = len(imported.proposal.created)
    if created:
        messages.success(request, _("Imported: %d claims wait for triage.") % created)
    else:
        messages.info(request, _("Nothing new was found in it: no claim was added."))
    return imported


def _proposed(imported: ImportedArticle) -> list[tuple[FoundClaim, CheckedBefore | None, SafeString | str]]:
    """Each new claim, with what was checked of it already."""
    known = ((found, imported.checked_before.get(found.claim.pk)) for found in imported.proposal.created)
    return [(found, checked, kind_badge(checked.kind) if checked else "") for found, checked in known]
