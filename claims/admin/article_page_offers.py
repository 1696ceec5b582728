"""Suggestions for words selected on the article's page: a claimant, and claims or drafts to attach the words to."""

from typing import Any

from django.contrib.auth.models import User
from django.db.models import Case, QuerySet, Value, When
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from claims.admin.article_page_posts import InvalidPageRequest
from claims.admin.similar_claims import find_similar_claims
from claims.admin.status_badges import build_state_badge
from claims.articles.bounded_detection import DetectionError, detect_bounded
from claims.models import Claim, Verdict
from factcheck.admin.base import DeskAdmin, get_person
from sources.models import Snapshot, Source

#: The most suggestions shown; to find another one, type more of its words.
OFFER_LIMIT = 8
#: The longest selection that can be a statement, in characters.
_MAX_QUERY_LENGTH = 2_000


def build_offers(model_admin: DeskAdmin, request: HttpRequest, source: Source, values: Any) -> dict[str, Any]:
    """Return suggestions of the requested type, `values["for"]`: `claim`, `appearance` or `evidence`."""
    if not isinstance(values, dict):
        raise InvalidPageRequest(_("The page sent an invalid request. Reload it and try again."))
    person, text = get_person(request), str(values.get("exact", ""))[:_MAX_QUERY_LENGTH]
    search = str(values.get("q", "")).strip()[:_MAX_QUERY_LENGTH]
    match values.get("for"):
        case "claim":
            return {"claimant": _detect_speaker(source, values)}
        case "appearance":
            rows = (
                _search_claims(model_admin, request, search) if search else _find_similar_claims(text, person)
            )
            return {
                "html": render_to_string("admin/desk/article_claims.html", {"claims": rows, "sought": search})
            }
        case "evidence":
            drafts = find_drafts(person, search)
            return {
                "html": render_to_string(
                    "admin/desk/article_drafts.html", {"drafts": drafts, "sought": search}
                )
            }
    raise InvalidPageRequest(_("The page sent an invalid request. Reload it and try again."))


def find_attachable_claims(person: User) -> QuerySet[Claim]:
    """Return the claims to which this person may add an appearance: all claims with the triage
    permission, otherwise only proposals."""
    open_states = [Claim.State.PROPOSED, Claim.State.ACCEPTED]
    states = open_states if person.has_perm("claims.triage_claim") else open_states[:1]
    return Claim.objects.readable_by(person).filter(state__in=states).select_related("claimant")


def find_drafts(person: User, search: str = "") -> list[Verdict]:
    """Return the drafts that this person may edit, their own first."""
    rows = Verdict.objects.readable_by(person).filter(state=Verdict.State.DRAFT)
    if not person.has_perm("claims.publish_verdict"):
        rows = rows.filter(author=person)
    for word in search.split():
        rows = rows.filter(claim__statement__icontains=word)
    ownership_order = Case(When(author=person, then=Value(0)), default=Value(1))
    rows = rows.select_related("claim", "publisher").defer("explanation").order_by(ownership_order, "-pk")
    return list(rows[:OFFER_LIMIT])


def _find_similar_claims(text: str, person: User) -> list[tuple[Claim, Any]]:
    """Return claims with the same or nearly the same statement as the text, each with its relation to the text."""
    matches = find_similar_claims(text, person=person)
    claims = find_attachable_claims(person).in_bulk([match.claim.pk for match in matches])
    return [(claims[match.claim.pk], match.kind) for match in matches if match.claim.pk in claims]


def _search_claims(model_admin: DeskAdmin, request: HttpRequest, search: str) -> list[tuple[Claim, Any]]:
    rows = find_attachable_claims(get_person(request))
    numbered_claims = list(rows.filter(pk=int(search))) if search.isdecimal() and len(search) < 10 else []
    claims, _may_repeat = model_admin.get_search_results(request, rows, search)
    listed_claims = [
        *numbered_claims,
        *claims.exclude(pk__in=[claim.pk for claim in numbered_claims]).order_by("-pk")[:OFFER_LIMIT],
    ]
    return [(claim, build_state_badge(claim)) for claim in listed_claims[:OFFER_LIMIT]]


def _detect_speaker(source: Source, values: dict[str, Any]) -> str:
    """Return the speaker detected in the selected words, or "" if none or several are detected."""
    snapshot_number, start, end = (values.get(name) for name in ("snapshot", "start", "end"))
    if not (isinstance(snapshot_number, int) and isinstance(start, int) and isinstance(end, int)):
        raise InvalidPageRequest(_("The page sent an invalid request. Reload it and try again."))
    snapshot = Snapshot.objects.filter(source=source, number=snapshot_number).first()
    if snapshot is None:
        return ""
    try:
        sentences = detect_bounded(snapshot.text, source.language or snapshot.language or "und")
    except DetectionError:
        return ""
    speakers = {
        sentence.claimant or "" for sentence in sentences if sentence.start < end and sentence.end > start
    }
    return speakers.pop() if len(speakers) == 1 else ""
