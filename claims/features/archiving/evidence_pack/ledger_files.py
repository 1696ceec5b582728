"""A claim's ledger entries exactly as the API serves them, with their hashes from the feed of changes."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse

from claims.features.archiving.evidence_pack.streamed_zip import PackedFile
from claims.ledger.document.claim_document import format_moment as written
from claims.models import Publication


def build_ledger_files(entries: Sequence[Publication]) -> list[PackedFile]:
    """Return a file for each ledger entry, and an index in the format of the feed of changes."""
    files = [PackedFile.from_bytes(build_entry_path(entry), entry.served_body) for entry in entries]
    index = json.dumps([_describe_entry(entry) for entry in entries], ensure_ascii=False, indent=2)
    return [*files, PackedFile.from_bytes("ledger/entries.json", index.encode() + b"\n")]


def build_entry_path(entry: Publication) -> str:
    return f"ledger/claim-{entry.claim_id}-version-{entry.version}.json"


def _describe_entry(entry: Publication) -> dict[str, Any]:
    address = reverse("versions-detail", args=[entry.claim_id, entry.version])
    return {
        "sequence": entry.sequence,
        "claim_id": entry.claim_id,
        "version": entry.version,
        "kind": entry.kind,
        "status": entry.status,
        "note": entry.note,
        "published_at": written(entry.published_at),
        "merged_into": entry.merged_into_id,
        "url": f"{settings.SITE_URL}{address}",
        "body_sha256": hashlib.sha256(entry.served_body).hexdigest(),
        "file": build_entry_path(entry),
    }
