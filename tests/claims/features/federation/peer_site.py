"""A newsroom elsewhere: a ledger signed with a key of its own, served on this machine, true or not."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.utils import timezone

from claims.features.federation import sync_run
from claims.features.federation.ledger_pages import Signer
from claims.features.federation.models import PeerNewsroom, PeerProgress
from claims.features.federation.peer_edits import follow_newsroom
from claims.ledger.house_signature import build_signed_text, get_public_key, sign_text
from factcheck.web.site_urls import escape_quotation_marks
from tests.helpers.parallel import served
from tests.helpers.site import Answer, Site

_UNSIGNED = ("salts", "stored", "claim")
GOLDEN = Path(__file__).parents[3] / "contracts" / "claim.json"
Entry = dict[str, Any]


class _WhateverIsAsked(dict[str, Answer]):
    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer

    def __missing__(self, path: str) -> Answer:
        return self.answer


class PeerSite(Site):
    """It publishes entries in our format; tests make them true or false. Its key is made of `secret`."""

    def __init__(self, name: str = "Sundvik Check", signs_with: str = "theirs") -> None:
        super().__init__()
        self.name, self.url, self.secret = name, self.address, signs_with
        self.entries: list[Entry] = []
        self.changes_page: dict[str, Any] = {}
        self.answers = _WhateverIsAsked(self._changes)

    @property
    def key(self) -> str:
        with override_settings(SIGNING_KEY=self.secret):
            return get_public_key()

    @property
    def signer(self) -> Signer:
        return Signer(self.name, self.url, self.key)

    def sign(self, entry: Entry) -> Entry:
        """The entry with its hash and signature, whatever it says."""
        entry = {name: value for name, value in entry.items() if name not in ("signature", "claim")} | {
            "claim": entry["claim"]
        }
        if entry["claim"] is not None:
            entry["body_sha256"] = hashlib.sha256(
                escape_quotation_marks(orjson.dumps(entry["claim"]))
            ).hexdigest()
        text = build_signed_text({name: value for name, value in entry.items() if name not in _UNSIGNED})
        with override_settings(SIGNING_KEY=self.secret):
            return entry | {"signature": sign_text(text)}

    def tell(self, claim_id: int, status: str = "published", **said: Any) -> Entry:
        """Add an entry. Arguments that are not members of the entry are members of the claim."""
        number = len(self.entries) + 1
        own = {name: said.pop(name) for name in ("kind", "note", "merged_into") if name in said}
        entry = self.sign(
            {
                "sequence": number,
                "claim_id": claim_id,
                "version": 1 + sum(entry["claim_id"] == claim_id for entry in self.entries),
                "kind": "publication",
                "status": status,
                "note": "",
                "published_at": f"2026-05-01T12:00:{number % 60:02}.000000Z",
                "merged_into": None,
                "url": f"{self.url}/api/v1/claims/{claim_id}/versions/1/",
                "body_sha256": "0" * 64,
                "claim": self.claim(claim_id, **said) if status == "published" else None,
            }
            | own
        )
        self.entries.append(entry)
        return entry

    def claim(self, claim_id: int, **said: Any) -> dict[str, Any]:
        """A claim with one verdict of its own."""
        claim: dict[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8"))
        verdict = claim["verdicts"][0] | {"origin": said.pop("origin", "house")}
        verdict["rating"] = verdict["rating"] | {
            "label": said.pop("rating", "False"),
            "rating_class": "false",
        }
        return (
            claim
            | {"id": claim_id, "url": f"{self.url}/claims/{claim_id}/bridge/", "verdicts": [verdict]}
            | said
        )

    def _changes(self, request: BaseHTTPRequestHandler) -> None:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(request.path).query).items()}
        since, size = int(asked["since"]), int(asked["page_size"])
        if since > (self.entries[-1]["sequence"] if self.entries else 0):
            return self._send(request, {"status": 404}, 404)
        behind = [entry for entry in self.entries if entry["sequence"] > since]
        house = {"name": self.name, "url": self.url, "key": self.key}
        page = {"next": "", "more": len(behind) > size, "house": house, "results": behind[:size]}
        return self._send(request, page | self.changes_page, 200)

    def _send(self, request: BaseHTTPRequestHandler, body: Any, status: int) -> None:
        content = json.dumps(body).encode()
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)

    def record(self) -> None:
        """Serve all entries of the test's ledger as this newsroom's: fetched from our own API."""
        here = {"SITE_URL": self.url, "SIGNING_KEY": self.secret, "NEWSROOM_NAME": self.name}
        with override_settings(**here):
            page = Client().get("/api/v1/changes/?signed=true&page_size=1000").json()
        assert (page["more"], page["house"]) == (False, {"name": self.name, "url": self.url, "key": self.key})
        self.entries = page["results"]


@contextmanager
def served_peer(**named: str) -> Iterator[PeerSite]:
    peer = PeerSite(**named)
    with served(peer.server):
        yield peer


@pytest.fixture
def peer(monkeypatch: pytest.MonkeyPatch) -> Iterator[PeerSite]:
    monkeypatch.setattr(settings, "WEBHOOKS_TO_LOOPBACK", True)
    with served_peer() as site:
        yield site


@pytest.fixture
def newsroom(peer: PeerSite, db: None) -> PeerNewsroom:
    """The peer, followed, and nothing taken yet."""
    return follow_newsroom(peer.signer)


def turn(newsroom: PeerNewsroom) -> sync_run.SyncTally:
    """A turn at it, although it may not be time."""
    PeerProgress.objects.filter(pk=newsroom.pk).update(next_visit_at=timezone.now())
    tally = sync_run.sync_newsroom(newsroom.pk)
    assert tally is not None
    return tally


def progress_of(newsroom: PeerNewsroom) -> PeerProgress:
    return PeerProgress.objects.get(pk=newsroom.pk)
