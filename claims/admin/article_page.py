"""The page for reading and annotating an article. The same annotated text is also shown beside a claim."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from claims.admin.article_page_offers import build_offers
from claims.admin.article_page_posts import (
    add_appearance,
    add_evidence,
    answer_page_request,
    decide_proposal,
    propose_claim,
)
from claims.admin.article_page_text import (
    LEGEND,
    ArticleNote,
    Paragraph,
    build_marked_paragraphs,
    find_window,
    list_notes,
)
from claims.models import Claim, Claimant, Evidence
from claims.models.claim import MAX_STATEMENT_LENGTH
from claims.review.decline_reasons import DECLINE_REASONS
from factcheck.admin.base import DeskAdmin, get_page_url, get_person
from sources.models import Snapshot, Source

#: The number of characters of the text shown on each side of a quote, beside the claim.
_CONTEXT_LENGTH = 2_000


@dataclass(frozen=True, slots=True)
class AnnotatedText:
    """A snapshot's text or part of it, with its marks and notes."""

    snapshot: Snapshot
    paragraphs: list[Paragraph]
    notes: list[ArticleNote]
    #: The note of the claim beside which the text is shown, if any.
    current_note: ArticleNote | None
    has_text_before: bool
    has_text_after: bool
    url: str
    source_url: str


def build_article_path(source: int, snapshot: Snapshot | None = None) -> str:
    """Return the URL of the page for annotating a source's text."""
    url = reverse("admin:claims_claim_article", args=[source])
    return f"{url}?snapshot={snapshot.number}" if snapshot else url


def build_annotated_context(snapshot: Snapshot, person: User, claim: Claim | None = None) -> dict[str, Any]:
    """Return the context of `admin/desk/annotated_text.html`: the text of a snapshot with the quotes of
    claims marked.

    Args:
        claim: show only the text around this claim's quote, and highlight the claim's marks.
    """
    notes, text = list_notes(snapshot, person), snapshot.text
    current_note = next((note for note in notes if claim and note.claim == claim.pk), None)
    start, end = 0, len(text)
    if claim:
        first_span = current_note.spans[0] if current_note and current_note.spans else None
        start, end = find_window(
            text, *(first_span.start, first_span.end) if first_span else (0, 0), _CONTEXT_LENGTH
        )
    note_spans = [span for note in notes for span in note.spans]
    return {
        "annotated": AnnotatedText(
            snapshot=snapshot,
            paragraphs=build_marked_paragraphs(text, note_spans, start=start, end=end),
            notes=notes,
            current_note=current_note,
            has_text_before=start > 0,
            has_text_after=end < len(text),
            url=build_article_path(snapshot.source_id),
            source_url=get_page_url(snapshot.source),
        )
    }


def list_article_urls(model_admin: DeskAdmin) -> list[URLPattern]:
    """Return the URL patterns of the article page and of the JSON requests that the page sends."""

    def show_page(request: HttpRequest, source: int) -> HttpResponse:
        return show_article(model_admin, request, _get_source(request, source))

    def show_offers(request: HttpRequest, source: int) -> HttpResponse:
        source_row = _get_source(request, source)
        return answer_page_request(
            request, source_row, lambda values: build_offers(model_admin, request, source_row, values)
        )

    def decide_view(request: HttpRequest, source: int, claim: int, action: str) -> HttpResponse:
        source_row, person = _get_source(request, source), get_person(request)
        return answer_page_request(
            request, source_row, lambda values: decide_proposal(source_row, values, person, claim, action)
        )

    def build_view(carry_out: Callable[[Source, Any, User], dict[str, Any]]) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, source: int) -> HttpResponse:
            source_row, person = _get_source(request, source), get_person(request)
            return answer_page_request(
                request, source_row, lambda values: carry_out(source_row, values, person)
            )

        return view

    routes: list[tuple[str, Callable[..., HttpResponse], str]] = [
        ("", show_page, "claims_claim_article"),
        ("offers/", show_offers, "claims_claim_article_offers"),
        ("claims/", build_view(propose_claim), "claims_claim_article_claim"),
        ("claims/<int:claim>/<slug:action>/", decide_view, "claims_claim_article_decide"),
        ("appearances/", build_view(add_appearance), "claims_claim_article_appearance"),
        ("evidence/", build_view(add_evidence), "claims_claim_article_evidence"),
    ]
    return [
        path(f"article/<int:source>/{subpath}", model_admin.admin_site.admin_view(view), name=name)
        for subpath, view, name in routes
    ]


def _get_source(request: HttpRequest, pk: int) -> Source:
    if not request.user.has_perms(["claims.view_claim", "sources.view_source", "sources.view_snapshot"]):
        raise PermissionDenied
    return get_object_or_404(Source.objects.select_related("publisher"), pk=pk)


def show_article(model_admin: DeskAdmin, request: HttpRequest, source: Source) -> HttpResponse:
    """Show the newest text of a source, or an older one (`?snapshot=2`), to read and annotate."""
    snapshots = list(source.snapshots.defer("text", "cues").order_by("-number"))
    number = request.GET.get("snapshot", "")
    snapshot = next((row for row in snapshots if str(row.number) == number), None) if number else None
    if number and snapshot is None:
        raise Http404
    snapshot = snapshot or next(iter(snapshots), None)
    is_newest = snapshot is None or snapshot == snapshots[0]
    context = {
        "title": _("Article: %s") % source.title,
        "source": source,
        "snapshot": snapshot,
        "snapshots": snapshots,
        "is_newest": is_newest,
        "legend": LEGEND,
        "reasons": DECLINE_REASONS,
        "stances": Evidence.Stance.choices,
        "max_statement_length": MAX_STATEMENT_LENGTH,
        "max_name_length": Claimant._meta.get_field("name").max_length,
        **_list_permissions(request.user, is_newest=is_newest),
        **(build_annotated_context(snapshot, get_person(request)) if snapshot else {}),
    }
    return model_admin.show_page(request, "article", context)


def _list_permissions(person: Any, *, is_newest: bool) -> dict[str, bool]:
    """Return, for each action, whether the page offers it. Only the newest text can be quoted, as the server checks."""
    may_attach = is_newest and person.has_perms(["claims.change_claim", "claims.add_appearance"])
    return {
        "may_propose": may_attach and person.has_perm("claims.add_claim"),
        "may_attach": may_attach,
        "may_cite": is_newest and person.has_perms(["claims.add_evidence", "claims.change_verdict"]),
        "may_triage": person.has_perm("claims.triage_claim"),
    }
