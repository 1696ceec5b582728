"""Build the public representation of a claim, as `claim_body` defines it."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, TypedDict

from django.conf import settings

from claims.ledger.document.claim_body import (
    PublicAppearance,
    PublicClaim,
    PublicClaimant,
    PublicCorrection,
    PublicEvidence,
    PublicRating,
    PublicSignOff,
    PublicTopic,
    PublicTranslation,
    PublicVerdict,
)
from claims.ledger.document.markdown import to_html
from claims.ledger.document.sections import get_sections, insert_sections
from claims.ledger.document.signed_content import digest_claim, digest_verdict
from claims.models import (
    Appearance,
    Claim,
    Claimant,
    ClaimMedia,
    Evidence,
    Rating,
    Topic,
    Translation,
    Verdict,
)
from claims.models.claim import build_claim_path
from claims.models.translation import digest_original
from factcheck.web.site_urls import OWN_SITE_MARK, render_served
from sources.api.media_bodies import PublicMedia
from sources.api.source_bodies import PublicPublisher, PublicQuotedSource, PublicSnapshot, PublicSource
from sources.models import MediaHash, MediaObject, Publisher, Snapshot, Source
from sources.public_media import FOLDER, build_file_name

Document = dict[str, Any]
#: A verdict with its evidence.
Judgement = tuple[Verdict, Iterable[Evidence]]


class EntryPart(TypedDict):
    """The keys of a document that come from the ledger rather than from the claim."""

    version: int
    status: str
    published_at: str
    updated_at: str
    corrections: list[PublicCorrection]


def build_document(
    claim: Claim,
    *,
    topics: Iterable[Topic],
    appearances: Iterable[Appearance],
    media: Iterable[ClaimMedia],
    verdicts: Iterable[Judgement],
    merged_from: list[int],
    entry: EntryPart,
) -> PublicClaim:
    """Build the complete public document of a claim. All arguments must have their related rows loaded."""
    slug = claim.slug
    shown_media = [build_claimed_media(row) for row in media]
    verdict_bodies = [(row, build_verdict(row, evidence, pictures=shown_media)) for row, evidence in verdicts]
    rendered_verdicts = [body for _row, body in verdict_bodies]
    document: PublicClaim = {
        "id": claim.pk,
        "version": entry["version"],
        "status": entry["status"],
        "url": f"{OWN_SITE_MARK}{build_claim_path(claim.pk, slug)}",
        "slug": slug,
        "statement": claim.statement,
        "language": claim.language,
        "claimant": build_claimant(claim.claimant) if claim.claimant else None,
        "claimed_on": _format_day(claim.claimed_on),
        "context": claim.context,
        "topics": [build_topic(topic_row) for topic_row in topics],
        "appearances": [
            build_appearance(appearance_row, is_first=appearance_row.pk == claim.first_appearance_id)
            for appearance_row in appearances
        ],
        "media": shown_media,
        "verdicts": rendered_verdicts,
        "translations": build_translations(
            claim.statement,
            rendered_verdicts,
            _list_published_translations(row for row, _body in verdict_bodies),
            pictures=shown_media,
        ),
        "corrections": entry["corrections"],
        "merged_into": claim.merged_into_id,
        "merged_from": merged_from,
        "published_at": entry["published_at"],
        "updated_at": entry["updated_at"],
    }
    for row, body in verdict_bodies:
        body["signed_off"] = _build_signed_off(row, body, document)
    return document


def render(document: Any) -> str:
    """Return the JSON exactly as served: compact, UTF-8, keys in order."""
    return render_served(document)


def build_site() -> Document:
    """Return the newsroom's name, the site's URL and the licence of its data; the URL is empty if not configured."""
    return {"name": settings.NEWSROOM_NAME, "url": settings.SITE_URL, "license": settings.DATA_LICENSE}


def build_claimant(row: Claimant) -> PublicClaimant:
    return {
        "id": row.pk,
        "name": row.name,
        "kind": row.kind,
        "job_title": row.job_title,
        "affiliation": row.affiliation,
        "country": row.country,
        "same_as": row.same_as,
    }


def build_topic(row: Topic) -> PublicTopic:
    return {"id": row.pk, "name": row.name, "slug": row.slug, "same_as": row.same_as}


def build_publisher(row: Publisher) -> PublicPublisher:
    return {
        "id": row.pk,
        "name": row.name,
        "kind": row.kind,
        # The newsroom's site is this site, unless another is configured.
        "url": row.url or (OWN_SITE_MARK if row.is_house else ""),
        "domain": row.domain,
        "country": row.country,
        "same_as": row.same_as,
    }


def build_source(row: Source) -> PublicSource:
    return {
        "id": row.pk,
        "title": row.title,
        "kind": row.kind,
        "url": row.url,
        "archived_url": row.archived_url,
        "byline": row.byline,
        "published_on": _format_day(row.published_on),
        "language": row.language,
        "publisher": build_publisher(row.publisher) if row.publisher else None,
    }


def build_snapshot(row: Snapshot | None) -> PublicSnapshot | None:
    if row is None:
        return None
    return {
        "id": row.pk,
        "number": row.number,
        "captured_at": format_moment(row.captured_at),
        "text_sha256": row.text_sha256,
    }


def build_appearance(row: Appearance, *, is_first: bool) -> PublicAppearance:
    return {"id": row.pk, "is_first": is_first, "anchor": row.anchor, **_build_quoted_source(row)}


def build_evidence(row: Evidence) -> PublicEvidence:
    shown_media = [build_media(row.media, media_fragment=row.media_fragment)] if row.media else []
    return {
        "id": row.pk,
        "stance": row.stance,
        "note": row.note,
        **_build_quoted_source(row),
        "media": shown_media,
    }


def build_claimed_media(row: ClaimMedia) -> PublicMedia:
    return build_media(
        row.media, caption=row.caption, media_fragment=row.media_fragment, page_url=row.page_url
    )


def build_media(
    row: MediaObject, *, caption: str = "", media_fragment: str = "", page_url: str = ""
) -> PublicMedia:
    name = build_file_name(row)
    return {
        "id": row.pk,
        "kind": row.kind,
        "url": f"{OWN_SITE_MARK}{FOLDER}{name}" if name else "",
        "media_type": row.public_media_type if name else "",
        "encoding_format": row.media_type,
        "width": row.public_width if name else None,
        "height": row.public_height if name else None,
        "duration": row.duration,
        "alternative_text": row.alternative_text.strip(),
        "caption": caption,
        "media_fragment": media_fragment,
        "page_url": page_url,
        "content_url": row.content_url,
        "sha256": row.sha256,
        "pdq": _get_picture_hash(row),
    }


def list_picture_paths(media: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Return the paths that explanations use to refer to the claim's pictures."""
    return frozenset(FOLDER + item["url"].rpartition("/")[2] for item in media if item["url"])


def build_verdict(
    row: Verdict, evidence: Iterable[Evidence], *, pictures: Iterable[Mapping[str, Any]] = ()
) -> PublicVerdict:
    """Build the body of a verdict; its explanation may show the claim's pictures."""
    body: PublicVerdict = {
        "id": row.pk,
        "version": row.version,
        "publisher": build_publisher(row.publisher),
        "origin": row.origin,
        # A published verdict has a rating (`verdict_published_is_complete`). A draft may have none.
        "rating": build_rating(row.rating) if row.rating else None,  # type: ignore[typeddict-item]
        "title": row.title,
        "summary": row.summary,
        "explanation": row.explanation,
        "explanation_html": to_html(row.explanation, pictures=list_picture_paths(pictures)),
        "byline": row.byline,
        "language": row.language,
        "reviewed_on": _format_day(row.reviewed_on),
        "valid_as_of": _format_day(row.valid_as_of),
        "recheck_on": _format_day(row.recheck_on),
        "url": row.url,
        "media_authenticity_category": row.media_authenticity_category,
        "original_media_context": row.original_media_context,
        "original_media_url": row.original_media_url,
        "published_at": format_optional_moment(row.published_at),
        "evidence": [build_evidence(evidence_row) for evidence_row in evidence],
        "signed_off": None,
    }
    # An import builds the bodies of verdicts before it stores them with COPY, so queries would find nothing.
    insert_sections(
        body, {section.key: [] if row._state.adding else section.build(row) for section in get_sections()}
    )
    return body


def _build_signed_off(row: Verdict, body: PublicVerdict, claim: PublicClaim) -> PublicSignOff | None:
    """Return the sign-off digests of a verdict; None if a different text was signed off."""
    if row.origin != Verdict.Origin.HOUSE or row.is_restored or row._state.adding:
        return None
    # The verdict of a merged claim was signed off with that claim's own statement, not with this one.
    claim_sha256 = digest_claim(claim) if row.claim_id == claim["id"] else None
    verdict_sha256 = digest_verdict(body)
    people = {
        signoff.by_id
        for signoff in row.signoffs.all()
        if (signoff.round, signoff.verdict_sha256) == (row.review_round, verdict_sha256)
        and claim_sha256 in (None, signoff.claim_sha256)
    }
    if not people:
        return None
    return {"claim_sha256": claim_sha256, "verdict_sha256": verdict_sha256, "people": len(people)}


def build_translations(
    statement: str,
    verdicts: Iterable[PublicVerdict],
    rows: Iterable[Translation],
    *,
    pictures: Iterable[Mapping[str, Any]] = (),
) -> list[PublicTranslation]:
    """Return the published translations that match this statement and these verdicts, by language.

    Translations of a different wording are left out, because they would differ from the original. This happens when
    the statement has changed or the claim was merged.
    """
    bodies = {verdict_body["id"]: verdict_body for verdict_body in verdicts}
    picture_paths = list_picture_paths(pictures)
    translations = []
    for row in rows:
        original = bodies.get(row.verdict_id)
        # An entry restored from an old export may lack `title`.
        if original and row.original_sha256 == digest_original(
            statement, original.get("title", ""), original["summary"], original["explanation"]
        ):
            translations.append(build_translation(row, original, pictures=picture_paths))
    return sorted(translations, key=lambda verdict_body: verdict_body["language"].lower())


def build_translation(
    row: Translation, original: PublicVerdict, *, pictures: Collection[str] = ()
) -> PublicTranslation:
    return {
        # The database rule `translation_is_told_by_the_ledger` finds a translation in a body by these two keys.
        "id": row.pk,
        "verdict": row.verdict_id,
        "language": row.language,
        "of_version": original["version"],
        "statement": row.statement,
        "title": row.title,
        "summary": row.summary,
        "explanation": row.explanation,
        "explanation_html": to_html(row.explanation, pictures=pictures),
        "translated_by": row.byline,
        "reviewed_at": format_optional_moment(row.published_at),
    }


def build_rating(row: Rating) -> PublicRating:
    scale = row.scale
    return {
        "id": row.pk,
        "code": row.code,
        "label": row.label,
        "language": scale.language,
        "labels": row.labels,
        "rating_class": row.rating_class or None,
        "colour": row.colour,
        "text_colour": row.text_colour,
        "colour_dark": row.colour_dark,
        "text_colour_dark": row.text_colour_dark,
        "scale": {
            "id": scale.pk,
            "name": scale.name,
            "version": scale.version,
            "methodology_url": scale.methodology_url,
        },
    }


@lru_cache(maxsize=1024)  # a body repeats the time of its publication
def format_moment(value: datetime) -> str:
    """Format a time as ISO 8601 in UTC with microseconds, the format of all public documents."""
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def format_optional_moment(value: datetime | None) -> str | None:
    """Format a time like `format_moment`; return None for None."""
    return format_moment(value) if value else None


def _format_day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _list_published_translations(verdicts: Iterable[Verdict]) -> list[Translation]:
    """Return the published translations; unpublished verdicts have none."""
    # An import numbers verdicts before storing them, and previews show drafts: queries would find nothing.
    published_verdicts = (
        row for row in verdicts if row.state == Verdict.State.PUBLISHED and not row._state.adding
    )
    all_translations = (translation for row in published_verdicts for translation in row.translations.all())
    return [
        translation for translation in all_translations if translation.state == Translation.State.PUBLISHED
    ]


def _build_quoted_source(row: Appearance | Evidence) -> PublicQuotedSource:
    return {
        "exact": row.exact,
        "prefix": row.prefix,
        "suffix": row.suffix,
        "start": row.start,
        "end": row.end,
        "source": build_source(row.source),
        "snapshot": build_snapshot(row.snapshot),
    }


def _get_picture_hash(row: MediaObject) -> str:
    """Return the hash of a picture; "" for a film, whose frames have their own hashes."""
    whole_hashes = (
        picture_hash
        for picture_hash in row.hashes.all()
        if picture_hash.transformation == MediaHash.Transformation.WHOLE
    )
    first_hash = next((picture_hash for picture_hash in whole_hashes if picture_hash.frame_at is None), None)
    return first_hash.pdq.hex() if first_hash else ""
