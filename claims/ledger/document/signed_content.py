"""SHA-256 digests of what people sign off, from the public representation (docs/ledger-proofs.md). Pure.

The database computes the same from rows, and from the bodies of entries: `claims.models.signoff_digests`.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from claims.models.signoff_digests import DAYS, QUOTED, TEXTS


def claim_sha256(claim: Mapping[str, Any]) -> str:
    """Return the digest of the claim's words."""
    claimant = (claim["claimant"] or {}).get("id")
    return _sha256([claim["statement"], claim["language"], claimant, claim["claimed_on"], claim["context"]])


def verdict_sha256(verdict: Mapping[str, Any]) -> str:
    """Return the digest of the judgement: the texts, rating and evidence of a verdict."""
    rating = verdict["rating"] or {}
    # In a preview, evidence that is not saved yet has no id.
    by_id = sorted(verdict["evidence"], key=lambda item: (item["id"] is None, item["id"]))
    evidence = [_evidence(item) for item in by_id]
    return _sha256(
        [
            *(verdict["id"], verdict["version"], verdict["publisher"]["id"], verdict["origin"]),
            *(rating.get(name) for name in ("id", "code", "label")),
            *(verdict[name] for name in (*TEXTS, *DAYS)),
            evidence or None,
        ]
    )


def _evidence(item: Mapping[str, Any]) -> list[Any]:
    media = item["media"][0] if item["media"] else {"id": None, "media_fragment": ""}
    return [
        *(item[name] for name in ("id", "stance", "note", *QUOTED)),
        *(item["source"]["id"], (item["snapshot"] or {}).get("id"), media["id"], media["media_fragment"]),
    ]


def _sha256(facts: list[Any]) -> str:
    # As PostgreSQL writes jsonb: a space after each comma, letters of every script as they are.
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()
