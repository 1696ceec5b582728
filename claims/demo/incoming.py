"""What reaches the demo's newsroom from outside: pictures, repeats, another newsroom, features' own.

Nothing is fetched and nothing is sent: all of it is invented, and the addresses are of hosts that do not exist.
"""

import hashlib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.utils import timezone

from claims.federation import imported_pages, ledger_pages, peer_edits
from claims.ledger.house_signature import encoded, key_made_of, signature, signed_text
from claims.matching.answers import MatchTerms, match_published_text
from claims.matching.repeat_detection import find_repeated_sentences, note_in_snapshot, note_of_reader
from claims.models import Claim, PeerProgress
from claims.review import claim_edits, described_media
from factcheck import features
from factcheck.web.site_urls import with_plain_quotation_marks
from sources.capture import capture
from sources.models import Source
from sources.overrides import Overrides
from sources.source_kinds import Material

FOLDER = Path(__file__).parent
Row = dict[str, Any]


def add_pictures(rows: list[Row], claims: dict[str, Claim], people: dict[str, User]) -> None:
    """Add pictures to claims; before their verdicts, which are published with them."""
    for row in rows:
        by = people[row["by"]]
        file = ContentFile((FOLDER / row["file"]).read_bytes(), name=row["file"])
        media = described_media.store_media(file, by=by, alternative_text=row["alternative_text"])
        claim_edits.add_media(
            claims[row["claim"]], media, by=by, caption=row["caption"], page_url=row["page_url"]
        )


def receive(
    content: Row, claims: dict[str, Claim], sources: dict[str, Source], people: dict[str, User]
) -> None:
    """Bring in what came from outside after the verdicts were published."""
    for row in content["newsrooms"]:
        _follow(row, people[row["by"]])
    for add_rows in features.declared("demo"):
        add_rows(content, claims, sources, people)


def find_repeats(content: Row, people: dict[str, User]) -> None:
    """Find published claims in articles and readers' texts; once they are committed, for matching reads those only."""
    for row in content["repeats"]:
        _read_article(row, people[row["by"]])
    for text in content["texts_of_readers"]:
        note_of_reader(text, find_repeated_sentences(match_published_text(text)))


def _read_article(row: Row, by: User) -> None:
    """Store an article, and note which of its sentences make claims that are published."""
    text = f"{row['title']}\n\n" + " ".join(row["sentences"])
    stated = Overrides(
        title=row["title"],
        publisher=row["publisher"],
        url=row["url"],
        published_on=date.fromisoformat(row["published_on"]),
        language="en",
        kind="article",
    )
    snapshot = capture(Material(text.encode(), filename="article.txt"), overrides=stated, by=by).snapshot
    note_in_snapshot(
        snapshot, find_repeated_sentences(match_published_text(snapshot.text, MatchTerms(cut="sentences")))
    )


def _follow(row: Row, by: User) -> None:
    """Follow an invented newsroom with a ledger that is signed as a real one is. Paused, so that it is not asked."""
    key = key_made_of(row["url"])
    signer = ledger_pages.Signer(row["name"], row["url"], encoded(key.public_key().public_bytes_raw()))
    newsroom = peer_edits.follow(signer, by=by)
    changes = [_sign_change(change, key) for change in _build_ledger(row)]
    page = ledger_pages.LedgerPage(signer, more=False, changes=changes)
    entries = ledger_pages.believed(
        page, key=signer.key, site=signer.url, after=0, last_change="", most=len(changes)
    )
    until = timezone.now() + timedelta(minutes=1)
    PeerProgress.objects.filter(pk=newsroom.pk).update(held_until=until)
    imported_pages.take(newsroom, entries, held_until=until)
    PeerProgress.objects.filter(pk=newsroom.pk).update(held_until=None, visited_at=timezone.now())
    peer_edits.switch(newsroom, active=False, by=by)


def _build_ledger(row: Row) -> list[Row]:
    """The entries of an invented newsroom: each claim, then the retractions."""
    claims = [_build_peer_claim(number, claim, row) for number, claim in enumerate(row["claims"], 1)]
    published = [_build_entry("published", claim["id"], claim) for claim in claims]
    retracted = [
        _build_entry("retracted", number, None, version=2, kind="retraction", note=claim["withdrawn"])
        for number, claim in enumerate(row["claims"], 1)
        if claim["withdrawn"]
    ]
    return [
        entry | {"sequence": sequence, "published_at": f"2019-03-{10 + sequence}T09:00:00.000000Z"}
        for sequence, entry in enumerate([*published, *retracted], 1)
    ]


def _build_entry(status: str, claim_id: int, claim: Row | None, **said: Any) -> Row:
    digest = (
        hashlib.sha256(with_plain_quotation_marks(orjson.dumps(claim))).hexdigest() if claim else "0" * 64
    )
    return {
        "claim_id": claim_id,
        "version": 1,
        "kind": "publication",
        "status": status,
        "note": "",
        "merged_into": None,
        "body_sha256": digest,
        "claim": claim,
    } | said


def _sign_change(change: Row, key: Ed25519PrivateKey) -> Row:
    text = signed_text({name: value for name, value in change.items() if name != "claim"})
    return change | {"signature": signature(text, key)}


def _build_peer_claim(number: int, row: Row, newsroom: Row) -> Row:
    verdict = {
        "origin": "house",
        "publisher": {"name": newsroom["name"], "url": newsroom["url"]},
        "rating": {"label": row["rating"], "rating_class": row["rating_class"]},
        "summary": row["summary"],
        "reviewed_on": row["reviewed_on"],
    }
    return {
        "id": number,
        "url": f"{newsroom['url']}/claims/{number}/",
        "statement": row["statement"],
        "language": "en",
        "claimant": {"name": row["claimant"]},
        "claimed_on": row["claimed_on"],
        "verdicts": [verdict],
    }
