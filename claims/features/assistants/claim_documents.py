"""Build the JSON of published claims for tool results, with links to what is left out."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from django.conf import settings
from django.db.models import F
from django.urls import reverse

from claims.features.assistants.text_rendering import show_invisible_characters
from claims.models import Publication, Verdict
from factcheck.database.cached_sql import Slot, Template
from factcheck.database.model_fields import AnyOf
from factcheck.web.site_urls import insert_site_url

Document = dict[str, Any]

#: The most corrections listed for a claim, and the most items in its lists of evidence, appearances and topics.
MAX_CORRECTIONS, MAX_LIST_ITEMS = 10, 20
#: The longest explanation, in characters.
MAX_EXPLANATION_LENGTH = 4000

_OWN_ORIGINS = {Verdict.Origin.HOUSE, Verdict.Origin.HOUSE_ARCHIVE}
#: The columns read from a ledger entry.
ENTRY_COLUMNS = ("claim_id", "sequence", "version", "body")

_CLAIM_CONDITION = AnyOf(F("claim_id"), Slot("claims", "bigint[]"))
_ENTRIES = Slot("entries", "bigint[]")


def load_current_claims(claim_ids: Collection[int]) -> dict[int, Document]:
    """Return the current publication of each claim, keyed by claim id. Withdrawn claims are left out."""
    if not claim_ids:
        return {}
    template = Template(
        "current claims",
        lambda: Publication.objects.current().filter(_CLAIM_CONDITION),
        {"claims": sorted(claim_ids)},
    )
    return {row[0]: build_document(row) for row in template.fetch(*ENTRY_COLUMNS)}


def load_entries(ids: Sequence[int]) -> list[Document]:
    """Return these ledger entries as documents in the given order, even if later entries superseded them."""
    if not ids:
        return []
    statement = Template(
        "entries", lambda: Publication.objects.filter(id__any_of=_ENTRIES), {"entries": [*ids]}
    )
    rows = {row[0]: row[1:] for row in statement.fetch("id", *ENTRY_COLUMNS)}
    newest_versions = load_newest_versions([row[0] for row in rows.values()])
    return [build_document(rows[key], newest_version=newest_versions[rows[key][0]]) for key in ids]


def load_newest_versions(claim_ids: Collection[int]) -> dict[int, int]:
    """Return the newest version number of each claim, keyed by claim id."""
    statement = Template(
        "newest versions",
        lambda: Publication.objects.newest().filter(_CLAIM_CONDITION),
        {"claims": sorted(claim_ids)},
    )
    return dict(statement.fetch("claim_id", "version"))


def build_document(entry: Sequence[Any], *, newest_version: int | None = None) -> Document:
    """Build the document of a ledger entry from the values of its `ENTRY_COLUMNS`.

    Args:
        newest_version: the number of the claim's newest version; None if the entry is known to be the newest.
    """
    claim, sequence, version, body = entry
    text = insert_site_url(body)
    document = orjson.loads(text)
    return {
        "claim_id": claim,
        "version": version,
        "is_newest_version": newest_version in (None, version),
        "newest_version": newest_version or version,
        "status": document["status"],
        "address": document["url"],
        "version_address": build_absolute_url("versions-detail", claim, version),
        "body_sha256": hashlib.sha256(text).hexdigest(),
        "ledger": {
            "sequence": sequence,
            "proof_address": f"{build_absolute_url('ledger-inclusion')}?sequence={sequence}",
        },
        "statement": show_invisible_characters(document["statement"]),
        "language": document["language"],
        "claimant": show_invisible_characters(document["claimant"]["name"], 200)
        if document["claimant"]
        else None,
        "claimed_on": document["claimed_on"],
        "topics": [
            show_invisible_characters(topic["name"], 100) for topic in document["topics"][:MAX_LIST_ITEMS]
        ],
        "verdicts": [_build_verdict(verdict, document["url"]) for verdict in document["verdicts"]],
        "corrections": [_build_correction(note) for note in document["corrections"][:MAX_CORRECTIONS]],
        "retraction": _build_retraction(document),
        "merged_into": _build_target(document["merged_into"]),
        "published_at": document["published_at"],
        "updated_at": document["updated_at"],
        "licence": settings.DATA_LICENSE or None,
    }


def build_whole_document(entry: Sequence[Any], *, newest_version: int) -> Document:
    """Build the document of a ledger entry as `build_document` does, and add the evidence for each verdict."""
    document = orjson.loads(insert_site_url(entry[-1]))
    evidence = [
        {
            "verdict_id": verdict["id"],
            "stance": evidence_entry["stance"],
            "note": show_invisible_characters(evidence_entry["note"]),
            "source": _build_source(evidence_entry),
        }
        for verdict in document["verdicts"]
        for evidence_entry in verdict["evidence"]
    ]
    return build_document(entry, newest_version=newest_version) | {
        "context": show_invisible_characters(document["context"]),
        "explanations": [
            {
                "verdict_id": verdict["id"],
                "markdown": show_invisible_characters(verdict["explanation"], MAX_EXPLANATION_LENGTH),
                "is_cut": len(verdict["explanation"]) > MAX_EXPLANATION_LENGTH,
            }
            for verdict in document["verdicts"]
            if verdict["explanation"]
        ],
        # Entries written before the ledger had translations lack this member.
        "translations": [_build_translation(item) for item in document.get("translations", [])],
        "evidence": evidence[:MAX_LIST_ITEMS],
        "seen_at": [
            _build_source(evidence_entry) for evidence_entry in document["appearances"][:MAX_LIST_ITEMS]
        ],
    }


def _build_translation(translation: Document) -> Document:
    return {
        "language": translation["language"],
        "verdict_id": translation["verdict"],
        "statement": show_invisible_characters(translation["statement"]),
        "summary": show_invisible_characters(translation["summary"]),
        "translated_by": show_invisible_characters(translation["translated_by"], 200) or None,
        "reviewed_at": translation["reviewed_at"],
    }


def build_absolute_url(route: str, *parts: Any) -> str:
    """Return the absolute URL of a route."""
    return f"{settings.SITE_URL}{reverse(route, args=parts)}"


def describe_rating(rating: Document) -> Document:
    """Return a rating in its publisher's words, with its rating class."""
    return {
        "label": show_invisible_characters(rating["label"], 200),
        "language": rating["language"],
        "rating_class": rating["rating_class"],
    }


def is_own_verdict(verdict: Document) -> bool:
    """Return whether the verdict is by this newsroom itself."""
    return verdict["origin"] in _OWN_ORIGINS


def _build_verdict(verdict: Document, claim_url: str) -> Document:
    recheck = verdict["recheck_on"]
    return {
        "verdict_id": verdict["id"],
        "publisher": show_invisible_characters(verdict["publisher"]["name"], 200),
        "by_this_newsroom": is_own_verdict(verdict),
        "origin": verdict["origin"],
        "rating": describe_rating(verdict["rating"]),
        "summary": show_invisible_characters(verdict["summary"]),
        "language": verdict["language"],
        "reviewed_on": verdict["reviewed_on"],
        "valid_as_of": verdict["valid_as_of"] or verdict["reviewed_on"],
        "recheck_on": recheck,
        "recheck_is_overdue": bool(recheck) and recheck < datetime.now(UTC).date().isoformat(),
        "published_at": verdict["published_at"],
        "address": clean_web_url(verdict["url"]) or claim_url,
    }


def _build_correction(note: Document) -> Document:
    return {
        "kind": note["kind"],
        "note": show_invisible_characters(note["note"]),
        "published_on": note["published_at"][:10],
        "version": note["version"],
    }


def _build_retraction(document: Document) -> Document | None:
    """Return the reason and time of a retraction, or None if the claim was not retracted."""
    if document["status"] != Publication.Status.RETRACTED:
        return None
    notes = (note for note in document["corrections"] if note["kind"] == Publication.Kind.RETRACTION)
    newest_note = next(notes, {"note": "", "published_at": document["updated_at"]})
    return {
        "note": show_invisible_characters(newest_note["note"]),
        "published_on": newest_note["published_at"][:10],
    }


def _build_target(claim_id: int | None) -> Document | None:
    return (
        {"claim_id": claim_id, "address": build_absolute_url("claim-permanent", claim_id)}
        if claim_id
        else None
    )


def _build_source(item: Document) -> Document:
    return {
        "title": show_invisible_characters(item["source"]["title"], 500),
        "address": clean_web_url(item["source"]["url"]),
        "quote": show_invisible_characters(item["exact"]),
    }


def clean_web_url(url: str) -> str:
    """Return a web URL with invisible characters made visible, or "" if the URL is not a web URL."""
    return show_invisible_characters(url) if url.startswith(("https://", "http://")) else ""
