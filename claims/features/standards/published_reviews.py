"""The fact checks that the newsroom published in a period."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from claims.features.standards.period import Period
from claims.models import Publication, PublishedVerdict
from factcheck.web.site_urls import insert_site_url
from sources.addresses import list_hosts

Document = dict[str, Any]

#: The number of publication bodies held in memory at a time.
_BATCH_SIZE = 500


@dataclass(frozen=True)
class PublishedReview:
    """A claim with the newsroom's own verdict, as published at the end of the period. Figures are counted from it."""

    claim_id: int
    verdict_id: int
    first_published_at: datetime
    claimant: str
    claimant_kind: str
    party: str
    country: str
    language: str
    topics: tuple[str, ...]
    rating: str
    evidence: tuple["CitedEvidence", ...]
    #: How many people were asked for a reply, how many replied, and whether a reason for not asking is stated.
    request_count: int
    reply_count: int
    has_reason_for_not_asking: bool


@dataclass(frozen=True)
class CitedEvidence:
    """A source cited in a verdict. `origin` is the same for sources of the same publisher or site."""

    source_id: int
    origin: str
    stance: str
    has_address: bool
    has_archived_address: bool


def load_published_reviews(period: Period) -> Iterator[PublishedReview]:
    """Yield the last publication in the period of each claim with the newsroom's own verdict.

    Verdicts from the newsroom's imported archive are excluded, because they were not checked here.
    """
    rows = (
        PublishedVerdict.objects.by_newsroom()
        .filter(published_at__gte=period.start, published_at__lt=period.end)
        .order_by("claim_id", "-published_at", "-id")
        .distinct("claim_id")
    )
    entries = list(rows.values_list("publication_id", "verdict_id"))
    for batch_start in range(0, len(entries), _BATCH_SIZE):
        batch = dict(entries[batch_start : batch_start + _BATCH_SIZE])
        bodies = Publication.objects.filter(pk__any_of=batch).order_by("claim_id").values_list("pk", "body")
        for pk, body in bodies:
            if review := _build_review(orjson.loads(insert_site_url(body.encode())), batch[pk]):
                yield review


def _build_review(body: Document, verdict_id: int) -> PublishedReview | None:
    verdict = next(reply for reply in body["verdicts"] if reply["id"] == verdict_id)
    if verdict["origin"] != "house":
        return None
    claimant: Document = body["claimant"] or {}
    # Entries published before the software had the right of reply lack this key.
    replies = verdict.get("right_of_reply", [])
    rating = verdict["rating"]
    return PublishedReview(
        claim_id=body["id"],
        verdict_id=verdict_id,
        first_published_at=datetime.fromisoformat(body["published_at"]),
        claimant=claimant.get("name", ""),
        claimant_kind=claimant.get("kind", ""),
        party=claimant.get("affiliation", ""),
        country=claimant.get("country", ""),
        language=body["language"],
        topics=tuple(topic["name"] for topic in body["topics"]),
        rating=(rating and rating["rating_class"]) or "",
        evidence=tuple(map(_build_cited_evidence, verdict["evidence"])),
        request_count=sum(1 for reply in replies if reply["asked_on"]),
        reply_count=sum(1 for reply in replies if reply["answered_on"]),
        has_reason_for_not_asking=any(reply["not_asked_reason"] for reply in replies),
    )


def _build_cited_evidence(evidence: Document) -> CitedEvidence:
    source = evidence["source"]
    publisher = source["publisher"]
    if publisher:
        origin = publisher["domain"] or f"publisher {publisher['id']}"
    else:
        # `list_hosts` returns the registrable domain last.
        origin = next(iter(list_hosts(source["url"])[-1:]), "") or f"source {source['id']}"
    return CitedEvidence(
        source_id=source["id"],
        origin=origin,
        stance=evidence["stance"],
        has_address=bool(source["url"]),
        has_archived_address=bool(source["archived_url"]),
    )
