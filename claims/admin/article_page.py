"""The page on which an article is read and annotated, and the same text beside a claim."""

from dataclasses import dataclass
from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from claims.admin.article_page_notes import ArticleNote, notes_of
from claims.admin.article_page_text import Paragraph, marked_paragraphs, window
from claims.models import Claim
from factcheck.admin.base import change_page, person_at
from sources.models import Snapshot, Source

#: Characters of the text on each side of a quote, beside the claim.
_AROUND = 2_000


@dataclass(frozen=True, slots=True)
class AnnotatedText:
    """A snapshot's text, or a part of it, with what has been noted in it."""

    snapshot: Snapshot
    paragraphs: list[Paragraph]
    notes: list[ArticleNote]
    #: Of the claim that the text is shown for.
    current: ArticleNote | None
    is_begun: bool
    is_ended: bool
    page: str
    source_page: str


def article_page(source: int, snapshot: Snapshot | None = None) -> str:
    """The address on which a source's text is annotated."""
    address = reverse("admin:claims_claim_article", args=[source])
    return f"{address}?snapshot={snapshot.number}" if snapshot else address


def annotated_context(snapshot: Snapshot, person: User, claim: Claim | None = None) -> dict[str, Any]:
    """What `admin/desk/annotated_text.html` shows: the text of a snapshot with its claims marked.

    Args:
        claim: show the part of the text around this claim's quote, and make its marks stand out.
    """
    notes, text = notes_of(snapshot, person), snapshot.text
    current = next((note for note in notes if claim and note.claim == claim.pk), None)
    start, end = 0, len(text)
    if claim:
        first = current.places[0] if current and current.places else None
        start, end = window(text, *(first.start, first.end) if first else (0, 0), _AROUND)
    places = [place for note in notes for place in note.places]
    return {
        "annotated": AnnotatedText(
            snapshot=snapshot,
            paragraphs=marked_paragraphs(text, places, start=start, end=end),
            notes=notes,
            current=current,
            is_begun=start > 0,
            is_ended=end < len(text),
            page=article_page(snapshot.source_id),
            source_page=change_page(snapshot.source),
        )
    }


def article_urls(admin: ModelAdmin) -> list[URLPattern]:
    """What the page needs, below the list of claims."""

    def page(request: HttpRequest, source: int) -> HttpResponse:
        return article_view(admin, request, source)

    return [path("article/<int:source>/", admin.admin_site.admin_view(page), name="claims_claim_article")]


def article_view(admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """The newest text of a source, or an older one (`?snapshot=2`), to be read and worked on."""
    if not request.user.has_perms(["claims.view_claim", "sources.view_source", "sources.view_snapshot"]):
        raise PermissionDenied
    source = Source.objects.select_related("publisher").filter(pk=pk).first()
    if source is None:
        raise Http404
    snapshots = list(source.snapshots.defer("text", "cues").order_by("-number"))
    asked = request.GET.get("snapshot", "")
    shown = next((row for row in snapshots if str(row.number) == asked), None) if asked else None
    if asked and shown is None:
        raise Http404
    shown = shown or next(iter(snapshots), None)
    context = {
        **admin.admin_site.each_context(request),
        "title": source.title,
        "subtitle": _("Article"),
        "source": source,
        "snapshots": snapshots,
        "is_newest": shown is None or shown == snapshots[0],
        **(annotated_context(shown, person_at(request)) if shown else {}),
    }
    return TemplateResponse(request, "admin/desk/article.html", context)
