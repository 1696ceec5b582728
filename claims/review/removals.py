"""Removals required by law: words are removed from all versions of all stored data; the ledger's proofs stay valid.

Two administrators decide (`claims.models.removal`), and the database cuts the words out. An entry of the kind
`removal` announces the removal to all systems with copies of the claims.
"""

import gzip
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Q

from claims.ledger import publishing
from claims.ledger.entry_builder import LedgerEntry, restate_entry
from claims.models import Claim, Publication, Removal
from claims.review.removal_words import build_word_finder, find_spellings
from factcheck.database import clock
from factcheck.installation.whole_files import DUMPS
from factcheck.web.site_urls import parse_stored

#: Keys of the texts that belong to one claim. Other texts are shorter, name no person and occur in many claims.
_OWN_FIELDS = (
    "statement",
    "context",
    "title",
    "summary",
    "explanation",
    "explanation_html",
    "note",
    "exact",
    "answer",
)
_MIN_TEXT_LENGTH = 12
#: The number of bytes of a file that are read at once.
_PIECE_BYTES = 1 << 20


def propose(claim: Claim, words: list[str], *, reason: str, note: str, by: User) -> Removal:
    """Propose the removal of these words from all stored data."""
    spellings = find_spellings(words)
    return Removal.objects.create(
        claim=claim,
        words=list(spellings),
        stand_ins=list(spellings.values()),
        reason=reason,
        note=note,
        proposed_by=by,
        proposed_by_name=by.get_username(),
    )


def find_claim_texts(claim: Claim) -> list[str]:
    """Return all texts of a claim in all versions, to remove the claim completely."""
    texts: set[str] = {claim.statement, claim.context}
    for publication in claim.publications.all():
        texts.update(_iterate_own_texts(publication.document))
    return sorted(text for text in texts if len(text) >= _MIN_TEXT_LENGTH)


def confirm(removal: Removal, *, by: User) -> Removal:
    """Carry out a removal, as the second administrator."""
    files = find_files(removal.words)
    with transaction.atomic():
        Removal.objects.filter(pk=removal.pk, confirmed_by=None).update(
            confirmed_by=by, confirmed_by_name=by.get_username(), confirmed_at=clock.get_database_time()
        )
        removal.refresh_from_db()
        _publish_removal(removal)
        # Check now, inside the transaction: after an error, the proposal can be confirmed again.
        connection.check_constraints()
        for name in files:
            default_storage.delete(name)
    cache.clear()
    return removal


def _publish_removal(removal: Removal) -> None:
    """Add an entry for each affected claim, so that copies and cached pages are replaced."""
    affected_claims = Publication.objects.filter(sequence__in=removal.entries or []).values("claim")
    newest_entries = (
        Publication.objects.newest()
        .filter(Q(claim__in=affected_claims) | Q(claim=removal.claim))
        .order_by("sequence")
    )
    now = clock.get_database_time()
    entries = []
    for publication in newest_entries:
        body, published_at = parse_stored(publication.body), max(now, publication.published_at)
        entry = restate_entry(publication, body, kind=Publication.Kind.REMOVAL, published_at=published_at)
        note = removal.note or removal.get_reason_display()
        entries.append(LedgerEntry(entry.publication | {"note": note}, entry.verdicts))
    if entries:
        publishing.append_entries(entries)


def _iterate_own_texts(document: Any) -> Iterator[str]:
    if isinstance(document, list):
        for item in document:
            yield from _iterate_own_texts(item)
    elif isinstance(document, dict):
        for name, value in document.items():
            if name in _OWN_FIELDS and isinstance(value, str):
                yield value
            elif isinstance(value, dict | list):
                yield from _iterate_own_texts(value)


def find_files(words: list[str]) -> list[str]:
    """Return the names of stored files that contain the words, and of all dumps, which the next export writes again."""
    contains_words, overlap = (
        build_word_finder(words),
        4 * max(map(len, words), default=0) + _PIECE_BYTES // 64,
    )
    return [
        name
        for name in list_stored_files()
        if name.startswith(f"{DUMPS}/") or _contains_words(name, contains_words, overlap)
    ]


def list_stored_files(folder: str = "") -> Iterator[str]:
    """Yield the names of all stored files."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:  # nothing was stored yet
        return
    for name in files:
        yield f"{folder}{name}"
    for name in folders:
        yield from list_stored_files(f"{folder}{name}/")


def _contains_words(name: str, contains_words: Callable[[str], bool], overlap: int) -> bool:
    """Return whether a file contains one of the words, as text or gzip. The file is read in pieces.

    The end of the previous piece (`overlap`) is kept, so that no word is cut in two.
    """
    with default_storage.open(name) as file:
        is_compressed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        content: Any = gzip.GzipFile(fileobj=file) if is_compressed else file
        previous_end = b""
        try:
            while piece := content.read(_PIECE_BYTES):
                if contains_words((previous_end + piece).decode(errors="replace")):
                    return True
                previous_end = (previous_end + piece)[-overlap:]
        except (OSError, EOFError, zlib.error):  # not a gzip file
            return False
    return False
