"""Claim → Publication: the only writer of the ledger."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch, Q
from django.utils import timezone

from claims import representation
from claims.models import Appearance, Claim, Evidence, Publication, PublishedVerdict, Verdict
from claims.search import searchable, stemmers
from claims.webhooks.waking import announce
from sources.models import Source
from sources.urls import domain

#: Kinds of entries whose public note readers see as a correction.
CORRECTIONS = ("clarification", "correction", "update", "retraction")

#: Kinds of sources that are pictures, sound or film.
_MEDIA = (Source.Kind.VIDEO, Source.Kind.AUDIO, Source.Kind.IMAGE)

_REVIEWED = ("statement", "language", "claimed_on", "context")


def record(claim: Claim, kind: str, *, note: str = "") -> Publication:
    """Add the claim, as it stands now, to the ledger. Called inside the transaction that changed it.

    What is public follows from the claim: merged, or retracted when no verdict is left, or published.
    """
    ledger = list(claim.publications.order_by("-version").values("version", "kind", "note", "published_at"))
    now = timezone.now()
    version = ledger[0]["version"] + 1 if ledger else 1
    first = ledger[-1]["published_at"] if ledger else now
    this_entry = {"version": version, "kind": kind, "note": note, "published_at": now}
    claim, *merged = claims = _with_merged(claim)
    verdicts = _public_verdicts(claims)
    status = _status(claim, verdicts)
    shown = verdicts if status == Publication.Status.PUBLISHED else []
    body = representation.document(
        claim,
        appearances=[a for c in claims for a in c.appearances.all()],
        verdicts=shown,
        merged_from=[c.pk for c in merged],
        entry={
            "version": version,
            "status": status,
            "published_at": representation.moment(now),
            "first_published_at": representation.moment(first),
            "corrections": [_correction(e) for e in [this_entry, *ledger] if e["kind"] in CORRECTIONS],
        },
    )
    rendered = render(body)
    publication = Publication.objects.create(
        claim=claim,
        version=version,
        status=status,
        kind=kind,
        note=note,
        published_at=now,
        first_published_at=first,
        body=rendered,
        body_sha256=hashlib.sha256(rendered.encode()).hexdigest(),
        **_columns(claim, body),
    )
    PublishedVerdict.objects.bulk_create(_published_verdict(publication, v, body) for v in body["verdicts"])
    announce()
    return publication


def render(document: Any) -> str:
    """JSON exactly as it is stored and served: compact, UTF-8, keys in their order."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def reviewed_parts_differ(claim: Claim, published: Publication) -> bool:
    """Whether words that a verdict judges (statement, claimant, date, context) differ from what is published."""
    public = published.document
    now = {**{field: getattr(claim, field) for field in _REVIEWED}, "claimant": claim.claimant_id}
    now["claimed_on"] = claim.claimed_on.isoformat() if claim.claimed_on else None
    then = {**{field: public[field] for field in _REVIEWED}, "claimant": (public["claimant"] or {}).get("id")}
    return now != then


def _with_merged(claim: Claim) -> list[Claim]:
    """The claim, read afresh, and the claims merged into it, with everything that the representation shows of them."""
    quoted = ("source__publisher", "snapshot")
    evidence = Evidence.objects.select_related(*quoted).defer("snapshot__text")
    verdicts = Verdict.objects.filter(state=Verdict.State.PUBLISHED).select_related(
        "publisher", "rating__scale"
    )
    rows = (
        Claim.objects.filter(Q(pk=claim.pk) | Q(merged_into=claim.pk))
        .select_related("claimant")
        .prefetch_related(
            "topics",
            Prefetch("appearances", Appearance.objects.select_related(*quoted).defer("snapshot__text")),
            Prefetch(
                "verdicts",
                verdicts.order_by("reviewed_on", "id").prefetch_related(Prefetch("evidence", evidence)),
            ),
        )
    )
    return sorted(rows, key=lambda row: (row.pk != claim.pk, row.pk))


def _public_verdicts(claims: list[Claim]) -> list[Verdict]:
    """The published verdicts, one per publisher: the claim's own before those of claims merged into it."""
    found: dict[int, Verdict] = {}
    for claim in claims:
        for verdict in claim.verdicts.all():
            found.setdefault(verdict.publisher_id, verdict)
    return list(found.values())


def _status(claim: Claim, verdicts: list[Verdict]) -> str:
    if claim.state == Claim.State.MERGED:
        return Publication.Status.MERGED
    return Publication.Status.PUBLISHED if verdicts else Publication.Status.RETRACTED


def _correction(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {**entry, "published_at": representation.moment(entry["published_at"])}


def _columns(claim: Claim, body: dict[str, Any]) -> dict[str, Any]:
    """What lists filter and search by, taken from the body so that the two cannot disagree."""
    sources = _sources(body)
    reviewed = [v["reviewed_on"] for v in body["verdicts"] if v["reviewed_on"]]
    names = [(body["claimant"] or {}).get("name", ""), *(t["name"] for t in body["topics"])]
    words = [
        body["context"],
        *(a["exact"] for a in body["appearances"]),
        *(
            text
            for v in body["verdicts"]
            for text in (v["summary"], v["explanation"], v["publisher"]["name"])
        ),
    ]
    return {
        "slug": body["slug"],
        "search_languages": stemmers([body["language"], *(v["language"] for v in body["verdicts"])]),
        "search_statement": searchable(body["statement"]),
        "search_names": searchable("\n".join(filter(None, names))),
        "language": body["language"],
        "claimant_id": (body["claimant"] or {}).get("id"),
        "claimed_on": claim.claimed_on,
        "reviewed_on": date.fromisoformat(max(reviewed)) if reviewed else None,
        "topic_ids": [t["id"] for t in body["topics"]],
        "appears_in_ids": sorted({a["source"]["id"] for a in body["appearances"]}),
        "source_ids": sorted({s["id"] for s in sources}),
        "source_domains": sorted({host for s in sources if (host := domain(s["url"]))}),
        "publisher_ids": sorted({p["id"] for p in _publishers(body, sources)}),
        "rating_ids": sorted({v["rating"]["id"] for v in body["verdicts"]}),
        "language_ranges": _language_ranges(body["language"]),
        "features": _features(body, sources),
        "merged_into_id": body["merged_into"],
        "search_text": searchable("\n".join(filter(None, words))),
    }


def _sources(body: dict[str, Any]) -> list[dict[str, Any]]:
    evidence = (e for v in body["verdicts"] for e in v["evidence"])
    return [item["source"] for item in (*body["appearances"], *evidence)]


def _publishers(body: dict[str, Any], sources: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [item["publisher"] for item in (*body["verdicts"], *sources) if item["publisher"]]


def _language_ranges(tag: str) -> list[str]:
    """`zh-Hant-TW` → `zh`, `zh-hant`, `zh-hant-tw`."""
    subtags = tag.lower().split("-")
    return ["-".join(subtags[: i + 1]) for i in range(len(subtags))]


def _features(body: dict[str, Any], sources: list[dict[str, Any]]) -> list[str]:
    has = {
        "correction": bool(body["corrections"]),
        "evidence": any(v["evidence"] for v in body["verdicts"]),
        "media": any(s["kind"] in _MEDIA for s in sources),
    }
    return [feature for feature, present in has.items() if present]


def _published_verdict(
    publication: Publication, verdict: dict[str, Any], body: dict[str, Any]
) -> PublishedVerdict:
    claim = {
        key: body[key] for key in ("id", "version", "url", "statement", "language", "claimant", "claimed_on")
    }
    return PublishedVerdict(
        publication=publication,
        claim_id=body["id"],
        verdict_id=verdict["id"],
        publisher_id=verdict["publisher"]["id"],
        publisher_kind=verdict["publisher"]["kind"],
        rating_id=verdict["rating"]["id"],
        rating_class=verdict["rating"]["normalised"] or "",
        language=verdict["language"],
        reviewed_on=date.fromisoformat(verdict["reviewed_on"]) if verdict["reviewed_on"] else None,
        body=render({**verdict, "claim": claim}),
    )


def as_recorded(rendered: str, **entry: Any) -> tuple[Publication, list[PublishedVerdict]]:
    """An entry that was recorded before, elsewhere, with its verdicts: not stored yet, its body as it stands.

    Args:
        entry: what the ledger says besides the body: `id`, `claim_id`, `version`, `status`, `kind`, `note`,
            `published_at`.
    """
    body = json.loads(rendered)
    claimed_on = date.fromisoformat(body["claimed_on"]) if body["claimed_on"] else None
    publication = Publication(
        **entry,
        first_published_at=datetime.fromisoformat(body["first_published_at"]),
        body=rendered,
        body_sha256=hashlib.sha256(rendered.encode()).hexdigest(),
        **_columns(Claim(claimed_on=claimed_on), body),
    )
    return publication, [_published_verdict(publication, verdict, body) for verdict in body["verdicts"]]
