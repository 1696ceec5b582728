"""Representations of the editorial API: the public representations, with more fields for the newsroom only.

Keys are added but never removed. Every key is always present: an unknown value is `null`, an empty string or an empty
list. The ETag of a resource is the digest of its representation. A representation may therefore depend on what the
user may read, but on nothing else about the user.
"""

from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Subquery

from claims.articles.detection import choose_band
from claims.ledger.document import claim_document
from claims.ledger.document.claim_document import format_moment, format_optional_moment, render
from claims.ledger.document.sections import get_sections
from claims.models import (
    Appearance,
    Claim,
    Claimant,
    ClaimMedia,
    Evidence,
    Publication,
    SignOff,
    Topic,
    Transition,
    TranslationStep,
    Verdict,
)
from claims.models.claim_media import find_readable_media
from claims.newsroom.people import get_display_name
from sources.models import MediaHash, MediaObject, Snapshot, Source

Document = dict[str, Any]


# Rows with their relations, in a fixed number of queries --------------------------------------------------------------


def select_quote_relations(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Add the sources to rows of appearances or evidence, without the texts of snapshots."""
    return rows.select_related("source__publisher", "snapshot").defer("snapshot__text")


def select_evidence_relations(rows: QuerySet[Evidence]) -> QuerySet[Evidence]:
    """Add the sources and media to rows of evidence."""
    return select_quote_relations(rows).select_related("media").prefetch_related(_prefetch_hashes())


def _prefetch_hashes() -> Prefetch[Any]:
    return Prefetch("media__hashes", MediaHash.objects.filter(frame_at=None))


def select_media_relations(rows: QuerySet[ClaimMedia]) -> QuerySet[ClaimMedia]:
    """Add the media and their perceptual hashes to rows of a claim's media."""
    return rows.select_related("media").prefetch_related(_prefetch_hashes())


def select_readable_media(reader: User) -> QuerySet[MediaObject]:
    """Return the media that the person may read."""
    hashes = Prefetch("hashes", MediaHash.objects.filter(frame_at=None))
    return find_readable_media(reader).select_related("created_by").prefetch_related(hashes)


def select_readable_claims(reader: User) -> QuerySet[Claim]:
    """Return the claims that the person may read, each with its readable verdicts."""
    verdicts = Verdict.objects.readable_by(reader)
    current_publications = Publication.objects.current().filter(claim=OuterRef("pk"))
    return (
        Claim.objects.readable_by(reader)
        .select_related("claimant", "created_by")
        .annotate(is_published=Exists(current_publications))
        .prefetch_related(
            "topics",
            Prefetch("appearances", select_quote_relations(Appearance.objects.order_by("pk"))),
            Prefetch("media", select_media_relations(ClaimMedia.objects.order_by("position", "pk"))),
            Prefetch("verdicts", verdicts.select_related("publisher", "rating").order_by("pk")),
        )
    )


def select_readable_verdicts(reader: User) -> QuerySet[Verdict]:
    """Return the verdicts that the person may read, each with its readable sign-offs."""
    return (
        Verdict.objects.readable_by(reader)
        .select_related("publisher", "rating__scale", "author", "submitted_by")
        .prefetch_related(
            *(section.prefetch() for section in get_sections()),
            Prefetch("evidence", select_evidence_relations(Evidence.objects.order_by("position", "pk"))),
            Prefetch("signoffs", SignOff.objects.readable_by(reader).order_by("pk")),
        )
    )


def select_sources() -> QuerySet[Source]:
    latest_numbers = Snapshot.objects.filter(source=OuterRef("pk")).order_by("-number").values("number")
    return Source.objects.select_related("publisher").annotate(latest_number=Subquery(latest_numbers[:1]))


# Documents ------------------------------------------------------------------------------------------------------------


def build_person(user: User | None) -> Document | None:
    return {"id": user.pk, "name": get_display_name(user)} if user else None


def build_claim(row: Any) -> Document:
    """Build the representation of a claim. The row comes from `select_readable_claims`."""
    return {
        "id": row.pk,
        "state": row.state,
        "statement": row.statement,
        "language": row.language,
        "claimant": claim_document.build_claimant(row.claimant) if row.claimant else None,
        "claimed_on": row.claimed_on.isoformat() if row.claimed_on else None,
        "context": row.context,
        "topics": [claim_document.build_topic(topic) for topic in row.topics.all()],
        "first_appearance": row.first_appearance_id,
        "appearances": [
            claim_document.build_appearance(appearance, is_first=appearance.pk == row.first_appearance_id)
            for appearance in row.appearances.all()
        ],
        "media": [build_claim_media(appearance) for appearance in row.media.all()],
        "verdicts": [_build_verdict_reference(verdict) for verdict in row.verdicts.all()],
        "reason": row.reason,
        "score": row.score,
        "score_reasons": row.score_reasons,
        "band": None if row.score is None else choose_band(row.score),
        "merged_into": row.merged_into_id,
        "is_published": row.is_published,
        "created_by": build_person(row.created_by),
        "created_at": format_moment(row.created_at),
        "updated_at": format_moment(row.updated_at),
    }


def _build_verdict_reference(row: Verdict) -> Document:
    return {
        "id": row.pk,
        "version": row.version,
        "state": row.state,
        "publisher": {"id": row.publisher_id, "name": row.publisher.name},
        "rating": {"id": row.rating.pk, "code": row.rating.code} if row.rating else None,
    }


def build_appearance(row: Appearance) -> Document:
    is_first = row.claim.first_appearance_id == row.pk
    return {"claim": row.claim_id, **claim_document.build_appearance(row, is_first=is_first)}


def build_claim_media(row: ClaimMedia) -> Document:
    """Build the representation of a claim's media. The row comes from `select_media_relations`."""
    return {**claim_document.build_claimed_media(row), "position": row.position, "claim": row.claim_id}


def build_media(row: MediaObject) -> Document:
    """Build the representation of media, with internal details. The row comes from `select_readable_media`."""
    return {
        **claim_document.build_media(row),
        "show_to_readers": row.show_to_readers,
        "filename": row.filename,
        "size": row.size,
        "metadata": row.metadata,
        "provenance": row.provenance,
        "caveats": row.caveats,
        "created_by": build_person(row.created_by),
        "created_at": format_moment(row.created_at),
    }


def build_evidence(row: Evidence) -> Document:
    return {**claim_document.build_evidence(row), "verdict": row.verdict_id, "position": row.position}


def build_verdict(row: Verdict) -> Document:
    """Build the representation of a verdict. The row comes from `select_readable_verdicts`."""
    public_document = claim_document.build_verdict(row, ())
    return {
        # `signoffs` lists each sign-off instead of the digests.
        **{name: value for name, value in public_document.items() if name != "signed_off"},
        "evidence": [
            {**claim_document.build_evidence(item), "position": item.position} for item in row.evidence.all()
        ],
        "claim": row.claim_id,
        "state": row.state,
        "author": build_person(row.author),
        "supersedes": row.supersedes_id,
        "correction_kind": row.correction_kind,
        "correction_note": row.correction_note,
        "review_round": row.review_round,
        "required_signoffs": row.required_signoffs,
        "reply_rule": row.reply_rule,
        "signoffs": [build_review_note(item) for item in row.signoffs.all()],
        "submitted_by": build_person(row.submitted_by),
        "submitted_at": format_optional_moment(row.submitted_at),
        "created_at": format_moment(row.created_at),
    }


def build_review_note(row: SignOff | TranslationStep) -> Document:
    """Build the representation of a sign-off or of a step in a review: its author, round, note and time."""
    return {
        "by": {"id": row.by_id, "name": row.by_name},
        "round": row.round,
        "note": row.note,
        "at": format_moment(row.at),
    }


def build_transition(row: Transition) -> Document:
    return {
        "id": row.pk,
        "claim": row.claim_id,
        "verdict": row.verdict_id,
        "action": row.action,
        "before": row.before,
        "after": row.after,
        "actor": {"id": row.actor_id, "name": row.actor_name},
        "note": row.note,
        "at": format_moment(row.at),
    }


def build_source(row: Any) -> Document:
    """Build the representation of a source. The row comes from `select_sources`."""
    return {
        **claim_document.build_source(row),
        "latest_snapshot": row.latest_number,
        "show_text": row.show_text,
        "notes": row.notes,
        "created_at": format_moment(row.created_at),
        "updated_at": format_moment(row.updated_at),
    }


def build_snapshot(row: Snapshot) -> Document:
    """Build the representation of a snapshot, without its text."""
    return {
        "id": row.pk,
        "number": row.number,
        "captured_at": format_moment(row.captured_at),
        "text_sha256": row.text_sha256,
        "source": row.source_id,
        "url": row.url,
        "media_type": row.media_type,
        "title": row.title,
        "language": row.language,
    }


def build_claimant(row: Claimant) -> Document:
    return {**claim_document.build_claimant(row), "notes": row.notes}


def build_topic(row: Topic) -> Document:
    return {
        **claim_document.build_topic(row),
        "parent": row.parent_id,
        "description": row.description,
        "same_as": row.same_as,
    }


def render_document(document: Document) -> str:
    """Return a document as JSON text."""
    return render(document)
