"""Build a ledger entry from a claim and its parts. Pure: rows in, unsaved rows out."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, TypedDict

from claims.ledger.document import claim_document
from claims.ledger.document.claim_body import CORRECTIONS, JudgedClaim, PublicCorrection
from claims.models import Appearance, Claim, ClaimMedia, Publication, Topic
from claims.search.texts import choose_stemmers, make_searchable
from factcheck.web.site_urls import render_stored
from sources.addresses import build_url_key, get_domain
from sources.models import Source

#: Kinds of sources that are pictures, audio or video.
_MEDIA_KINDS = (Source.Kind.VIDEO, Source.Kind.AUDIO, Source.Kind.IMAGE)


#: The columns that the next entry of a claim does not copy: the database fills them, or each entry sets its own.
_NEW_COLUMNS = {"id", "sequence", "superseded_at", "search", "search_heading", "summary"} | {
    *("version", "kind", "note", "published_at", "body", "body_sha256", "salts", "sealed_sha256")
}
_REPEATED_COLUMNS = [
    field.attname for field in Publication._meta.concrete_fields if field.name not in _NEW_COLUMNS
]


class LedgerLine(TypedDict):
    """A ledger entry, as one line of its claim's history."""

    version: int
    kind: str
    note: str
    published_at: datetime


class LedgerEntry(NamedTuple):
    """A new entry: the values of a `Publication` and, for each verdict, of a `PublishedVerdict`."""

    publication: dict[str, Any]
    verdicts: list[dict[str, Any]]


def build_entry(
    claim: Claim,
    *,
    topics: Iterable[Topic],
    appearances: Iterable[Appearance],
    verdicts: Sequence[claim_document.Judgement],
    merged_from: Sequence[int],
    ledger: Sequence[LedgerLine],
    media: Iterable[ClaimMedia] = (),
) -> LedgerEntry:
    """Build the ledger entry that publishes a claim. All arguments must have their related rows loaded.

    The public status follows from the claim: merged, retracted if no verdict is left, or published.

    Args:
        verdicts: the published verdicts, one per publisher, each with its evidence.
        ledger: the claim's whole ledger, newest first, beginning with the line of the new entry.
    """
    newest_line, first_published_at = ledger[0], ledger[-1]["published_at"]
    status = _choose_status(claim, verdicts)
    body = claim_document.build_document(
        claim,
        topics=topics,
        appearances=appearances,
        media=media,
        verdicts=verdicts if status == Publication.Status.PUBLISHED else [],
        merged_from=list(merged_from),
        entry={
            "version": newest_line["version"],
            "status": status,
            "published_at": claim_document.format_moment(first_published_at),
            "updated_at": claim_document.format_moment(newest_line["published_at"]),
            "corrections": [_build_correction(line) for line in ledger if line["kind"] in CORRECTIONS],
        },
    )
    rendered_body = render_stored(body)
    publication = {
        "claim_id": claim.pk,
        **newest_line,
        "status": status,
        "first_published_at": first_published_at,
        "body": rendered_body,
        "body_sha256": hashlib.sha256(rendered_body.encode()).hexdigest(),
        **build_columns(body),
    }
    return LedgerEntry(publication, [build_published_verdict(verdict, body) for verdict in body["verdicts"]])


def rebuild_entry(rendered_body: bytes, body: Mapping[str, Any], line: Mapping[str, Any]) -> LedgerEntry:
    """Build an entry from an export of another database, with its body unchanged.

    Args:
        body: the parsed body, as `site_urls.parse_stored` returns it.
        line: the entry's other values: `id`, `claim_id`, `version`, `status`, `kind`, `note`, `published_at`.
    """
    row = {
        **line,
        "first_published_at": datetime.fromisoformat(body["published_at"]),
        "body": rendered_body.decode(),
        "body_sha256": hashlib.sha256(rendered_body).hexdigest(),
        **build_columns(body),
    }
    return LedgerEntry(row, [build_published_verdict(verdict, body) for verdict in body["verdicts"]])


def retranslate_entry(
    publication: Publication, body: dict[str, Any], *, kind: str, note: str, published_at: datetime
) -> LedgerEntry:
    """Build the next entry of a claim like `restate_entry`, but with the translations in `body` and a public note."""
    entry = restate_entry(publication, body, kind=kind, published_at=published_at)
    return LedgerEntry(entry.publication | build_columns(body) | {"note": note}, entry.verdicts)


def restate_entry(
    publication: Publication, body: dict[str, Any], *, kind: str, published_at: datetime
) -> LedgerEntry:
    """Build the next entry of a claim with the same content in a changed form.

    Args:
        body: the body of the entry, as `site_urls.parse_stored` returns it, with the changes. Values by which lists
            filter and sort must stay the same.
    """
    version = publication.version + 1
    body |= {"version": version, "updated_at": claim_document.format_moment(published_at)}
    rendered_body = render_stored(body)
    row = {name: getattr(publication, name) for name in _REPEATED_COLUMNS} | {
        "version": version,
        "kind": kind,
        "note": "",
        "published_at": published_at,
        "body": rendered_body,
        "body_sha256": hashlib.sha256(rendered_body.encode()).hexdigest(),
    }
    return LedgerEntry(row, [build_published_verdict(verdict, body) for verdict in body["verdicts"]])


def _choose_status(claim: Claim, verdicts: Sequence[claim_document.Judgement]) -> str:
    if claim.state == Claim.State.MERGED:
        return Publication.Status.MERGED
    return Publication.Status.PUBLISHED if verdicts else Publication.Status.RETRACTED


def _build_correction(line: LedgerLine) -> PublicCorrection:
    return {**line, "published_at": claim_document.format_moment(line["published_at"])}


def build_columns(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry's columns for filters and search, derived from its body so that columns and body agree."""
    sources = _list_sources(body)
    # An entry restored from an old export may lack `media`.
    claim_media = body.get("media", [])
    all_media = [
        *claim_media,
        *(
            media
            for verdict in body["verdicts"]
            for evidence in verdict["evidence"]
            for media in evidence.get("media", [])
        ),
    ]
    review_dates = [verdict["reviewed_on"] for verdict in body["verdicts"] if verdict["reviewed_on"]]
    translations = body.get("translations", [])
    names = [
        (body["claimant"] or {}).get("name", ""),
        *(item["name"] for item in body["topics"]),
        *(item["statement"] for item in translations),
    ]
    # An entry restored from an old export may have verdicts without `title`.
    headlines = [verdict.get("title", "") for verdict in body["verdicts"]]
    words = [
        body["context"],
        *(appearance["exact"] for appearance in body["appearances"]),
        *(text for media in claim_media for text in (media["caption"], media["alternative_text"])),
        *(
            text
            for verdict in body["verdicts"]
            for text in (
                verdict.get("title", ""),
                verdict["summary"],
                verdict["explanation"],
                verdict["publisher"]["name"],
            )
        ),
        *(text for item in translations for text in (item["title"], item["summary"], item["explanation"])),
    ]
    return {
        "slug": body["slug"],
        "search_languages": choose_stemmers(
            [
                body["language"],
                *(text_holder["language"] for text_holder in (*body["verdicts"], *translations)),
            ]
        ),
        "search_statement": make_searchable(body["statement"]),
        "search_names": make_searchable("\n".join(filter(None, names))),
        "search_headlines": make_searchable("\n".join(filter(None, headlines))),
        "language": body["language"],
        "claimant_id": (body["claimant"] or {}).get("id"),
        "claimed_on": _parse_day(body["claimed_on"]),
        "reviewed_on": _parse_day(max(review_dates, default=None)),
        "topic_ids": [item["id"] for item in body["topics"]],
        "appears_in_ids": sorted({appearance["source"]["id"] for appearance in body["appearances"]}),
        "source_ids": sorted({source["id"] for source in sources}),
        "source_domains": sorted({host for source in sources if (host := get_domain(source["url"]))}),
        "publisher_ids": sorted({publisher["id"] for publisher in _list_publishers(body, sources)}),
        # A previewed draft may have no rating yet.
        "rating_ids": sorted({verdict["rating"]["id"] for verdict in body["verdicts"] if verdict["rating"]}),
        "language_ranges": _list_language_ranges(body["language"]),
        "media_ids": sorted({media["id"] for media in all_media}),
        "media_files": sorted({media["url"].rpartition("/")[2] for media in all_media if media["url"]}),
        "features": _list_features(body, sources),
        "merged_into_id": body["merged_into"],
        "search_text": make_searchable("\n".join(filter(None, words))),
    }


def _list_sources(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    evidence = (evidence_item for verdict in body["verdicts"] for evidence_item in verdict["evidence"])
    return [item["source"] for item in (*body["appearances"], *evidence)]


def _list_publishers(body: Mapping[str, Any], sources: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [item["publisher"] for item in (*body["verdicts"], *sources) if item["publisher"]]


def _list_language_ranges(tag: str) -> list[str]:
    """Return the language ranges of a tag: `zh-Hant-TW` → `zh`, `zh-hant`, `zh-hant-tw`."""
    subtags = tag.lower().split("-")
    return ["-".join(subtags[: length + 1]) for length in range(len(subtags))]


def _list_features(body: Mapping[str, Any], sources: list[dict[str, Any]]) -> list[str]:
    features = {
        "correction": bool(body["corrections"]),
        "evidence": any(verdict["evidence"] for verdict in body["verdicts"]),
        "media": bool(body.get("media")) or any(source["kind"] in _MEDIA_KINDS for source in sources),
    }
    return [feature for feature, is_present in features.items() if is_present]


def build_published_verdict(verdict: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a `PublishedVerdict`, derived from the verdict's body so that columns and body agree."""
    claim = {key: body[key] for key in JudgedClaim.__annotations__}
    rating = verdict["rating"] or {}
    return {
        "claim_id": body["id"],
        "verdict_id": verdict["id"],
        "publisher_id": verdict["publisher"]["id"],
        "publisher_kind": verdict["publisher"]["kind"],
        "rating_id": rating.get("id"),
        "rating_class": rating.get("rating_class") or "",
        "language": verdict["language"],
        "reviewed_on": _parse_day(verdict["reviewed_on"]),
        "review_key": build_url_key(verdict["url"]),
        "body": render_stored({**verdict, "claim": claim}),
    }


def _parse_day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
