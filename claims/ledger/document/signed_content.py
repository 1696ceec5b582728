"""SHA-256 digests of the content that people sign off, computed from public data (docs/ledger-proofs.md). Pure.

The database computes the same digests from rows and from the bodies of entries (`claims.models.signoff_digests`).
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from claims.models.signoff_digests import DAY_FIELDS, QUOTE_FIELDS, TEXT_FIELDS


def digest_claim(claim: Mapping[str, Any]) -> str:
    """Return the digest of the claim's signed content."""
    claimant = (claim["claimant"] or {}).get("id")
    return _digest([claim["statement"], claim["language"], claimant, claim["claimed_on"], claim["context"]])


def digest_verdict(verdict: Mapping[str, Any]) -> str:
    """Return the digest of a verdict's signed content: texts, rating and evidence."""
    rating = verdict["rating"] or {}
    # In a preview, evidence that is not saved yet has no id.
    sorted_evidence = sorted(verdict["evidence"], key=lambda item: (item["id"] is None, item["id"]))
    evidence = [_list_evidence_facts(item) for item in sorted_evidence]
    return _digest(
        [
            *(verdict["id"], verdict["version"], verdict["publisher"]["id"], verdict["origin"]),
            *(rating.get(name) for name in ("id", "code", "label")),
            *(verdict[name] for name in (*TEXT_FIELDS, *DAY_FIELDS)),
            evidence or None,
        ]
    )


def _list_evidence_facts(item: Mapping[str, Any]) -> list[Any]:
    media = item["media"][0] if item["media"] else {"id": None, "media_fragment": ""}
    return [
        *(item[name] for name in ("id", "stance", "note", *QUOTE_FIELDS)),
        *(item["source"]["id"], (item["snapshot"] or {}).get("id"), media["id"], media["media_fragment"]),
    ]


def _digest(facts: list[Any]) -> str:
    # The same bytes as PostgreSQL's jsonb: a space after each comma, and letters of every script unescaped.
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()
