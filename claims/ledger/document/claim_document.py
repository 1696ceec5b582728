"""The public representation of a claim: what `Publication.body` says, and in which shape.

This is the contract with everybody who reads us. Keys are only ever added. Every key is always present: what is not
known is `null`, an empty string or an empty list. Dates are ISO 8601 days, moments ISO 8601 in UTC.

    id, version, status ("published", "retracted", "merged"), url, slug
    statement, language, claimed_on, context
    claimant      {id, name, kind, job_title, country, same_as} or null
    topics        [{id, name, slug}]
    appearances   [{id, is_first, anchor, exact, prefix, suffix, start, end, source, snapshot}]
    verdicts      [{id, version, publisher, origin ("house", "house_archive", "imported"), rating, title, summary,
                    explanation, explanation_html, byline, language, reviewed_on, valid_as_of, recheck_on, url,
                    published_at, evidence}]
      rating      {id, code, label, language, labels, normalised, colour…, scale {id, name, version, methodology_url}}
      evidence    [{id, stance, note, exact, prefix, suffix, start, end, source, snapshot}]
    source        {id, title, kind, url, archived_url, byline, published_on, language, publisher}
    snapshot      {id, number, captured_at, text_sha256} or null
    publisher     {id, name, kind, url, domain, country}
    corrections   [{version, kind, note, published_at}], the newest first
    merged_into, merged_from, published_at, first_published_at
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, TypedDict

from django.conf import settings

from claims.ledger.document.markdown import to_html
from claims.models import Appearance, Claim, Claimant, Evidence, Rating, Topic, Verdict
from claims.models.claim import claim_path
from factcheck.web.own_addresses import OWN, rendered
from sources.models import Publisher, Snapshot, Source

Document = dict[str, Any]
#: A verdict and what it rests on.
Judgement = tuple[Verdict, Iterable[Evidence]]


class EntryPart(TypedDict):
    """The part of a document that comes from the ledger and not from the claim."""

    version: int
    status: str
    published_at: str
    first_published_at: str
    corrections: list[Document]


def document(
    claim: Claim,
    *,
    topics: Iterable[Topic],
    appearances: Iterable[Appearance],
    verdicts: Iterable[Judgement],
    merged_from: list[int],
    entry: EntryPart,
) -> Document:
    """The whole public representation of a claim. Everything given must come with what it refers to."""
    slug = claim.slug
    return {
        "id": claim.pk,
        "version": entry["version"],
        "status": entry["status"],
        "url": f"{OWN}{claim_path(claim.pk, slug)}",
        "slug": slug,
        "statement": claim.statement,
        "language": claim.language,
        "claimant": claimant(claim.claimant) if claim.claimant else None,
        "claimed_on": _day(claim.claimed_on),
        "context": claim.context,
        "topics": [topic(t) for t in topics],
        "appearances": [appearance(a, is_first=a.pk == claim.first_appearance_id) for a in appearances],
        "verdicts": [verdict(v, evidence) for v, evidence in verdicts],
        "corrections": entry["corrections"],
        "merged_into": claim.merged_into_id,
        "merged_from": merged_from,
        "published_at": entry["published_at"],
        "first_published_at": entry["first_published_at"],
    }


def render(document: Any) -> str:
    """JSON exactly as it is served: compact, UTF-8, keys in their order."""
    return rendered(document)


def site() -> Document:
    """Who publishes all this, and under which licence; its address is empty where none was named."""
    return {"name": settings.NEWSROOM_NAME, "url": settings.SITE_URL, "license": settings.DATA_LICENSE}


def claimant(row: Claimant) -> Document:
    return {
        "id": row.pk,
        "name": row.name,
        "kind": row.kind,
        "job_title": row.job_title,
        "country": row.country,
        "same_as": row.same_as,
    }


def topic(row: Topic) -> Document:
    return {"id": row.pk, "name": row.name, "slug": row.slug}


def publisher(row: Publisher) -> Document:
    return {
        "id": row.pk,
        "name": row.name,
        "kind": row.kind,
        # The newsroom is where this site is, unless it says that it has another.
        "url": row.url or (OWN if row.is_house else ""),
        "domain": row.domain,
        "country": row.country,
    }


def source(row: Source) -> Document:
    return {
        "id": row.pk,
        "title": row.title,
        "kind": row.kind,
        "url": row.url,
        "archived_url": row.archived_url,
        "byline": row.byline,
        "published_on": _day(row.published_on),
        "language": row.language,
        "publisher": publisher(row.publisher) if row.publisher else None,
    }


def snapshot(row: Snapshot | None) -> Document | None:
    if row is None:
        return None
    return {
        "id": row.pk,
        "number": row.number,
        "captured_at": moment(row.captured_at),
        "text_sha256": row.text_sha256,
    }


def appearance(row: Appearance, *, is_first: bool) -> Document:
    return {"id": row.pk, "is_first": is_first, "anchor": row.anchor, **_quoted(row)}


def evidence(row: Evidence) -> Document:
    return {"id": row.pk, "stance": row.stance, "note": row.note, **_quoted(row)}


def verdict(row: Verdict, rests_on: Iterable[Evidence]) -> Document:
    return {
        "id": row.pk,
        "version": row.version,
        "publisher": publisher(row.publisher),
        "origin": row.origin,
        "rating": rating(row.rating) if row.rating else None,
        "title": row.title,
        "summary": row.summary,
        "explanation": row.explanation,
        "explanation_html": to_html(row.explanation),
        "byline": row.byline,
        "language": row.language,
        "reviewed_on": _day(row.reviewed_on),
        "valid_as_of": _day(row.valid_as_of),
        "recheck_on": _day(row.recheck_on),
        "url": row.url,
        "published_at": moment(row.published_at) if row.published_at else None,
        "evidence": [evidence(e) for e in rests_on],
    }


def rating(row: Rating) -> Document:
    scale = row.scale
    return {
        "id": row.pk,
        "code": row.code,
        "label": row.label,
        "language": scale.language,
        "labels": row.labels,
        "normalised": row.normalised or None,
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


@lru_cache(maxsize=1024)  # what is published together has one moment
def moment(value: datetime) -> str:
    """ISO 8601 in UTC with microseconds, as every moment in the public representation."""
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _quoted(row: Appearance | Evidence) -> Document:
    return {
        "exact": row.exact,
        "prefix": row.prefix,
        "suffix": row.suffix,
        "start": row.start,
        "end": row.end,
        "source": source(row.source),
        "snapshot": snapshot(row.snapshot),
    }
