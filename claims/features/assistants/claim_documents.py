"""Published claims in tool results, shortened to the limits, with links to the rest."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from django.conf import settings
from django.db.models import F
from django.urls import reverse

from claims.features.assistants.text_rendering import shown
from claims.models import Publication, Verdict
from factcheck.database.cached_sql import Slot, Template
from factcheck.database.lookups import AnyOf
from factcheck.web.site_urls import placed

Document = dict[str, Any]

#: Maximum corrections, evidence, appearances and topics of a claim.
MOST_CORRECTIONS, MOST_PARTS = 10, 20
#: So many characters of an explanation are.
MOST_EXPLAINED = 4000

_OURS = {Verdict.Origin.HOUSE, Verdict.Origin.HOUSE_ARCHIVE}
#: What is read of an entry.
COLUMNS = ("claim_id", "sequence", "version", "body")

_ABOUT = AnyOf(F("claim_id"), Slot("claims", "bigint[]"))
_ENTRIES = Slot("entries", "bigint[]")


def told_now(claims: Collection[int]) -> dict[int, Document]:
    """Return the current publications of these claims; withdrawn ones are missing."""
    if not claims:
        return {}
    current = Template(
        "told",
        lambda: Publication.objects.current().filter(_ABOUT),
        {"claims": sorted(claims)},
    )
    return {row[0]: told(row) for row in current.fetch(*COLUMNS)}


def told_entries(ids: Sequence[int]) -> list[Document]:
    """Return these ledger entries as documents, in this order. They need not be the newest of their claims."""
    if not ids:
        return []
    asked = Template("entries", lambda: Publication.objects.filter(id__any_of=_ENTRIES), {"entries": [*ids]})
    rows = {row[0]: row[1:] for row in asked.fetch("id", *COLUMNS)}
    newest = newest_versions([row[0] for row in rows.values()])
    return [told(rows[key], newest=newest[rows[key][0]]) for key in ids]


def newest_versions(claims: Collection[int]) -> dict[int, int]:
    """The numbers of the newest versions of these claims."""
    newest = Template(
        "newest versions",
        lambda: Publication.objects.newest().filter(_ABOUT),
        {"claims": sorted(claims)},
    )
    return dict(newest.fetch("claim_id", "version"))


def told(entry: Sequence[Any], *, newest: int | None = None) -> Document:
    """An entry of the ledger, of which these are the COLUMNS.

    Args:
        newest: the number of the claim's newest version, where this may be an older one.
    """
    claim, sequence, version, body = entry
    text = placed(body)
    document = orjson.loads(text)
    return {
        "claim_id": claim,
        "version": version,
        "is_newest_version": newest in (None, version),
        "newest_version": newest or version,
        "status": document["status"],
        "address": document["url"],
        "version_address": here("versions-detail", claim, version),
        "body_sha256": hashlib.sha256(text).hexdigest(),
        "ledger": {
            "sequence": sequence,
            "proof_address": f"{here('ledger-inclusion')}?sequence={sequence}",
        },
        "statement": shown(document["statement"]),
        "language": document["language"],
        "claimant": shown(document["claimant"]["name"], 200) if document["claimant"] else None,
        "claimed_on": document["claimed_on"],
        "topics": [shown(topic["name"], 100) for topic in document["topics"][:MOST_PARTS]],
        "verdicts": [_verdict(verdict, document["url"]) for verdict in document["verdicts"]],
        "corrections": [_correction(note) for note in document["corrections"][:MOST_CORRECTIONS]],
        "retraction": _retraction(document),
        "merged_into": _target(document["merged_into"]),
        "published_at": document["published_at"],
        "updated_at": document["updated_at"],
        "licence": settings.DATA_LICENSE or None,
    }


def whole(entry: Sequence[Any], *, newest: int) -> Document:
    """Add the evidence of its verdicts."""
    document = orjson.loads(placed(entry[-1]))
    evidence = [
        {
            "verdict_id": verdict["id"],
            "stance": item["stance"],
            "note": shown(item["note"]),
            "source": _source(item),
        }
        for verdict in document["verdicts"]
        for item in verdict["evidence"]
    ]
    return told(entry, newest=newest) | {
        "context": shown(document["context"]),
        "explanations": [
            {
                "verdict_id": verdict["id"],
                "markdown": shown(verdict["explanation"], MOST_EXPLAINED),
                "is_cut": len(verdict["explanation"]) > MOST_EXPLAINED,
            }
            for verdict in document["verdicts"]
            if verdict["explanation"]
        ],
        # Entries from before there were any have none.
        "translations": [_translation(each) for each in document.get("translations", [])],
        "evidence": evidence[:MOST_PARTS],
        "seen_at": [_source(item) for item in document["appearances"][:MOST_PARTS]],
    }


def _translation(translation: Document) -> Document:
    return {
        "language": translation["language"],
        "verdict_id": translation["verdict"],
        "statement": shown(translation["statement"]),
        "summary": shown(translation["summary"]),
        "translated_by": shown(translation["translated_by"], 200) or None,
        "reviewed_at": translation["reviewed_at"],
    }


def here(route: str, *parts: Any) -> str:
    """Return the absolute address of one of our routes."""
    return f"{settings.SITE_URL}{reverse(route, args=parts)}"


def rating_of(rating: Document) -> Document:
    """A rating in its publisher's words, and what it amounts to."""
    return {
        "label": shown(rating["label"], 200),
        "language": rating["language"],
        "rating_class": rating["rating_class"],
    }


def is_ours(verdict: Document) -> bool:
    """Whether the newsroom that runs this judged so itself."""
    return verdict["origin"] in _OURS


def _verdict(verdict: Document, page: str) -> Document:
    recheck = verdict["recheck_on"]
    return {
        "verdict_id": verdict["id"],
        "publisher": shown(verdict["publisher"]["name"], 200),
        "by_this_newsroom": is_ours(verdict),
        "origin": verdict["origin"],
        "rating": rating_of(verdict["rating"]),
        "summary": shown(verdict["summary"]),
        "language": verdict["language"],
        "reviewed_on": verdict["reviewed_on"],
        "valid_as_of": verdict["valid_as_of"] or verdict["reviewed_on"],
        "recheck_on": recheck,
        "recheck_is_overdue": bool(recheck) and recheck < datetime.now(UTC).date().isoformat(),
        "published_at": verdict["published_at"],
        "address": address(verdict["url"]) or page,
    }


def _correction(note: Document) -> Document:
    return {
        "kind": note["kind"],
        "note": shown(note["note"]),
        "published_on": note["published_at"][:10],
        "version": note["version"],
    }


def _retraction(document: Document) -> Document | None:
    """Why and when a claim was withdrawn; of one that is merged, nothing was."""
    if document["status"] != Publication.Status.RETRACTED:
        return None
    notes = (note for note in document["corrections"] if note["kind"] == Publication.Kind.RETRACTION)
    newest = next(notes, {"note": "", "published_at": document["updated_at"]})
    return {"note": shown(newest["note"]), "published_on": newest["published_at"][:10]}


def _target(claim: int | None) -> Document | None:
    return {"claim_id": claim, "address": here("claim-permanent", claim)} if claim else None


def _source(item: Document) -> Document:
    return {
        "title": shown(item["source"]["title"], 500),
        "address": address(item["source"]["url"]),
        "quote": shown(item["exact"]),
    }


def address(url: str) -> str:
    """An address that others gave, if it is one of the web."""
    return shown(url) if url.startswith(("https://", "http://")) else ""
