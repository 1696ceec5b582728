"""The demo's followed newsrooms (claims/management/demo/README.md). They are invented, so no request is made."""

import hashlib
from datetime import timedelta
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.contrib.auth.models import User
from django.utils import timezone

from claims.features.federation import imported_pages, ledger_pages, peer_edits
from claims.features.federation.models import PeerProgress
from claims.ledger.house_signature import build_signed_text, derive_key, encode_bytes, sign_text
from claims.management.demo.incoming import DemoContent
from factcheck.web.site_urls import escape_quotation_marks

Row = dict[str, Any]


def follow_newsrooms(demo: DemoContent) -> None:
    for row in demo.rows["newsrooms"]:
        _follow_invented_newsroom(row, demo.people[row["by"]])


def _follow_invented_newsroom(row: Row, by: User) -> None:
    """Follow an invented newsroom with a properly signed ledger. It is paused, so that no request is ever made."""
    key = derive_key(row["url"])
    signer = ledger_pages.Signer(row["name"], row["url"], encode_bytes(key.public_key().public_bytes_raw()))
    newsroom = peer_edits.follow_newsroom(signer, by=by)
    changes = [_sign_change(change, key) for change in _build_ledger(row)]
    page = ledger_pages.LedgerPage(signer, has_more=False, changes=changes)
    entries = ledger_pages.verify_page(
        page, key=signer.key, site=signer.url, last_sequence=0, last_change="", max_entries=len(changes)
    )
    lease_end = timezone.now() + timedelta(minutes=1)
    PeerProgress.objects.filter(pk=newsroom.pk).update(held_until=lease_end)
    imported_pages.import_changes(newsroom, entries, held_until=lease_end)
    PeerProgress.objects.filter(pk=newsroom.pk).update(held_until=None, visited_at=timezone.now())
    peer_edits.set_active(newsroom, is_active=False, by=by)


def _build_ledger(row: Row) -> list[Row]:
    """Return the ledger entries of an invented newsroom: each claim, then the retractions."""
    claims = [_build_peer_claim(number, claim, row) for number, claim in enumerate(row["claims"], 1)]
    published_entries = [_build_entry("published", claim["id"], claim) for claim in claims]
    retracted_entries = [
        _build_entry("retracted", claim_number, None, version=2, kind="retraction", note=claim["withdrawn"])
        for claim_number, claim in enumerate(row["claims"], 1)
        if claim["withdrawn"]
    ]
    return [
        entry | {"sequence": sequence, "published_at": f"2019-03-{10 + sequence}T09:00:00.000000Z"}
        for sequence, entry in enumerate([*published_entries, *retracted_entries], 1)
    ]


def _build_entry(status: str, claim_id: int, claim: Row | None, **claim_status: Any) -> Row:
    digest = hashlib.sha256(escape_quotation_marks(orjson.dumps(claim))).hexdigest() if claim else "0" * 64
    return {
        "claim_id": claim_id,
        "version": 1,
        "kind": "publication",
        "status": status,
        "note": "",
        "merged_into": None,
        "body_sha256": digest,
        "claim": claim,
    } | claim_status


def _sign_change(change: Row, key: Ed25519PrivateKey) -> Row:
    text = build_signed_text({name: value for name, value in change.items() if name != "claim"})
    return change | {"signature": sign_text(text, key)}


def _build_peer_claim(claim_number: int, row: Row, newsroom: Row) -> Row:
    verdict = {
        "origin": "house",
        "publisher": {"name": newsroom["name"], "url": newsroom["url"]},
        "rating": {"label": row["rating"], "rating_class": row["rating_class"]},
        "summary": row["summary"],
        "reviewed_on": row["reviewed_on"],
    }
    return {
        "id": claim_number,
        "url": f"{newsroom['url']}/claims/{claim_number}/",
        "statement": row["statement"],
        "language": "en",
        "claimant": {"name": row["claimant"]},
        "claimed_on": row["claimed_on"],
        "verdicts": [verdict],
    }
