"""Parse and verify pages of another newsroom's feed of changes.

Nothing in a page is trusted. The page must be complete (checked by hashes), in order (by numbers) and signed
with the accepted key, and it must continue from exactly the entry that was imported last.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import orjson
from django.utils.translation import gettext

from claims.features.federation.models import PeerClaim, PeerProgress
from claims.ledger.house_signature import build_signed_text, is_signed_by
from claims.ledger.proofs.entry_text import EntryFacts, build_entry_text, compute_chain_hash
from claims.models.ledger_rules import ZERO_SHA256
from factcheck.web.site_urls import escape_quotation_marks

_Halt = PeerProgress.Halt

#: The unsigned members of an entry. The claim itself is unsigned, but its hash is signed.
_UNSIGNED_MEMBERS = ("signature", "salts", "stored", "claim")
_KEY_PATTERN = re.compile(r"[A-Za-z0-9_-]{43}")
_SIGNATURE_PATTERN = re.compile(r"[A-Za-z0-9_-]{86}")
#: How far the clocks of two newsrooms may differ. An entry dated later than this would stay at the top of
#: lists until that date.
_CLOCK_TOLERANCE = timedelta(days=1)
MAX_ID = 2**63 - 1


class VerificationFailed(Exception):
    """Data from a newsroom failed verification.

    Attributes:
        halt: the reason to stop imports until a person decides (`PeerProgress.Halt`), or "" to try again
        later.
        offered_key: the newsroom's new key, if the key is the reason.
    """

    def __init__(self, message: str, *, halt: str = "", offered_key: str = "") -> None:
        super().__init__(message)
        self.sentence = message
        self.halt = halt
        self.offered_key = offered_key


@dataclass(frozen=True, slots=True)
class Signer:
    """The newsroom that signed a feed, with its key."""

    name: str
    url: str
    key: str


@dataclass(frozen=True, slots=True)
class SignedChange:
    """A verified entry of another newsroom's ledger.

    Attributes:
        text: the signed text.
        claim: the claim in this version; None if it was withdrawn.
        body: the same claim as the JSON text from which its hash was computed.
    """

    sequence: int
    claim_id: int
    kind: str
    status: str
    note: str
    published_at: datetime
    merged_into: int | None
    text: str
    signature: str
    claim: dict[str, Any] | None
    body: str


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """A page of the feed as received, parsed but not yet verified."""

    signer: Signer
    has_more: bool
    changes: list[dict[str, Any]]


def parse_page(content: bytes) -> LedgerPage:
    """Parse a page of the feed.

    Raises:
        VerificationFailed: the page is not part of a feed of changes, or the feed is unsigned.
    """
    try:
        page = orjson.loads(content)
        newsroom, has_more, changes = page["house"], page["more"], page["results"]
    except (ValueError, TypeError, KeyError):
        raise VerificationFailed(
            gettext("The newsroom’s response is not a feed of changes that this program can read.")
        ) from None
    if not isinstance(newsroom, dict):
        raise VerificationFailed(
            gettext(
                "The newsroom’s feed of changes is not signed: its server runs an older version or different software."
            )
        )
    signer = Signer(
        _get_text(newsroom, "name", 200), _get_text(newsroom, "url", 500), _get_text(newsroom, "key", 43)
    )
    if not _KEY_PATTERN.fullmatch(signer.key) or not signer.name.strip() or type(has_more) is not bool:
        raise VerificationFailed(gettext("The feed of changes does not name its newsroom."))
    if not isinstance(changes, list) or not all(isinstance(change, dict) for change in changes):
        raise VerificationFailed(gettext("The newsroom’s feed of changes contains no list of changes."))
    return LedgerPage(signer, has_more, changes)


def verify_page(
    page: LedgerPage, *, key: str, site: str, last_sequence: int, last_change: str, max_entries: int
) -> list[SignedChange]:
    """Verify a whole page, and return its entries after the last imported one.

    Args:
        key: the accepted public key.
        site: the newsroom's site.
        last_sequence: the number of the last imported entry, with which the page begins; 0 if nothing was imported.
        last_change: the signed text of that entry when it was imported.
        max_entries: the number of entries requested.

    Raises:
        VerificationFailed: any part of the page is invalid. The whole page is then rejected.
    """
    _require_same_newsroom(page.signer, key=key, site=site)
    if len(page.changes) > max_entries:
        raise VerificationFailed(
            gettext("The newsroom sent %(changes)s changes; the limit is %(most)s.")
            % {"changes": len(page.changes), "most": max_entries}
        )
    try:
        changes = [_verify_change(change, key) for change in page.changes]
    except TypeError:  # nested more deeply than the parser can read
        raise VerificationFailed(gettext("The newsroom’s response is nested too deeply.")) from None
    expected_number = last_sequence or 1
    for position, change in enumerate(changes):
        if change.sequence != expected_number + position:
            raise VerificationFailed(
                gettext(
                    "The newsroom’s ledger has a gap: entry %(sequence)s came instead of entry %(expected)s."
                )
                % {"sequence": change.sequence, "expected": expected_number + position}
            )
    _require_unbroken_chain(page.changes)
    if not last_sequence:
        return changes
    if not changes:
        raise VerificationFailed(
            gettext("The newsroom’s ledger no longer contains entry %(after)s, which was imported from it.")
            % {"after": last_sequence},
            halt=_Halt.HISTORY,
        )
    if not _is_same_entry(changes[0].text, last_change):
        raise VerificationFailed(
            gettext(
                "Entry %(after)s of the newsroom’s ledger now differs from the signed entry that was imported."
            )
            % {"after": last_sequence},
            halt=_Halt.HISTORY,
        )
    return changes[1:]


def _is_same_entry(current_text: str, imported_text: str) -> bool:
    """Return whether two signed texts are of the same entry, even if words have since been removed by law."""
    chain_members = orjson.loads(imported_text).get("chain_sha256")
    return current_text == imported_text or (
        chain_members is not None and orjson.loads(current_text).get("chain_sha256") == chain_members
    )


def extract_origin(url: str) -> str:
    """Return the scheme and host of a URL, or "" if it is not a web URL."""
    try:
        parts = urlsplit(url.strip())
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host.rstrip('.')}{port}"


def _require_same_newsroom(signer: Signer, *, key: str, site: str) -> None:
    if signer.key != key:
        raise VerificationFailed(
            gettext("The newsroom signs with a different key from the one that was accepted here."),
            halt=_Halt.KEY,
            offered_key=signer.key,
        )
    if extract_origin(signer.url) != site:
        raise VerificationFailed(
            gettext(
                "This newsroom gives its site as %(url)s, not %(site)s. If that is right, follow "
                "the newsroom at the address that it gives."
            )
            % {"url": signer.url or "nowhere", "site": site},
            halt=_Halt.ADDRESS,
        )


def _require_unbroken_chain(changes: list[dict[str, Any]]) -> None:
    """Check that each entry continues the previous one, which proves that no signed entry was rewritten.

    Older versions of the software do not publish these links between entries. Once a newsroom publishes them,
    every later entry must have one.
    """
    previous_hash = ZERO_SHA256 if changes and changes[0]["sequence"] == 1 else None
    for change in changes:
        chain = _get_text(change, "chain_sha256", 64) if "chain_sha256" in change else None
        if previous_hash and chain is None and previous_hash != ZERO_SHA256:
            raise VerificationFailed(
                gettext("Entry %(sequence)s no longer contains its hash chain.")
                % {"sequence": change["sequence"]}
            )
        if previous_hash and chain is not None:
            entry_facts = EntryFacts(
                change["sequence"],
                change["claim_id"],
                _get_number(change, "version"),
                change["status"],
                _get_text(change, "kind", 20),
                change["published_at"],
                change.get("merged_into"),
                _get_text(change, "sealed_sha256", 64),
            )
            if compute_chain_hash(build_entry_text(entry_facts, previous_hash)) != chain:
                raise VerificationFailed(
                    gettext("Entry %(sequence)s does not follow from the entry before it.")
                    % {"sequence": change["sequence"]},
                    halt=_Halt.HISTORY,
                )
        previous_hash = chain


def _verify_change(change: dict[str, Any], key: str) -> SignedChange:
    sequence = _get_number(change, "sequence")
    signature = _get_text(change, "signature", 86)
    text = build_signed_text({name: value for name, value in change.items() if name not in _UNSIGNED_MEMBERS})
    if not _SIGNATURE_PATTERN.fullmatch(signature) or not is_signed_by(key, text, signature):
        raise VerificationFailed(
            gettext("Entry %(sequence)s lacks the newsroom’s signature.") % {"sequence": sequence}
        )
    status = _get_text(change, "status", 20)
    if status not in PeerClaim.Status.values:
        raise VerificationFailed(
            gettext("Entry %(sequence)s has an unknown status: “%(status)s”.")
            % {"sequence": sequence, "status": status}
        )
    claim, body = _verify_claim(change, sequence) if status == PeerClaim.Status.PUBLISHED else (None, "")
    return SignedChange(
        sequence=sequence,
        claim_id=_get_number(change, "claim_id"),
        kind=_get_text(change, "kind", 20),
        status=status,
        note=_get_text(change, "note", 20_000),
        published_at=_parse_moment(change, sequence),
        merged_into=None if change.get("merged_into") is None else _get_number(change, "merged_into"),
        text=text.decode(),
        signature=signature,
        claim=claim,
        body=body,
    )


def _verify_claim(change: dict[str, Any], sequence: int) -> tuple[dict[str, Any], str]:
    """Return a published entry's claim and its JSON text, after checking that the text matches the signed hash."""
    claim = change.get("claim")
    body = escape_quotation_marks(orjson.dumps(claim))
    if not isinstance(claim, dict) or hashlib.sha256(body).hexdigest() != change.get("body_sha256"):
        raise VerificationFailed(
            gettext("The claim in entry %(sequence)s differs from the one that was signed.")
            % {"sequence": sequence}
        )
    if claim.get("id") != change.get("claim_id"):
        raise VerificationFailed(
            gettext("Entry %(sequence)s contains a different claim from the one it names.")
            % {"sequence": sequence}
        )
    return claim, body.decode()


def _parse_moment(change: dict[str, Any], sequence: int) -> datetime:
    try:
        moment = datetime.fromisoformat(_get_text(change, "published_at", 40))
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise VerificationFailed(
            gettext("Entry %(sequence)s has no publication time.") % {"sequence": sequence}
        ) from None
    if moment.tzinfo is None:
        raise VerificationFailed(
            gettext("Entry %(sequence)s has a publication time without a time zone.") % {"sequence": sequence}
        )
    if moment > datetime.now(UTC) + _CLOCK_TOLERANCE:
        raise VerificationFailed(
            gettext("Entry %(sequence)s has a publication time in the future.") % {"sequence": sequence}
        )
    return moment


def _get_number(document: dict[str, Any], name: str) -> int:
    value = document.get(name)
    if type(value) is not int or not 1 <= value <= MAX_ID:
        raise VerificationFailed(
            gettext("The newsroom’s response has no number in “%(name)s”.") % {"name": name}
        )
    return value


def _get_text(document: dict[str, Any], name: str, max_length: int) -> str:
    value = document.get(name)
    if not isinstance(value, str) or len(value) > max_length or "\0" in value:
        raise VerificationFailed(
            gettext("The newsroom’s response must have a text of at most %(most)s characters in “%(name)s”.")
            % {"most": max_length, "name": name}
        )
    return value


def find_own_verdict(claim: dict[str, Any]) -> dict[str, Any] | None:
    """Return the newsroom's own verdict on a claim. Verdicts that it imported are excluded.

    Otherwise newsrooms that follow each other would pass verdicts round in a circle.
    """
    verdicts = claim.get("verdicts")
    if not isinstance(verdicts, Sequence):
        return None
    own_verdicts = (
        verdict
        for verdict in verdicts
        if isinstance(verdict, dict) and verdict.get("origin") in ("house", "house_archive")
    )
    return next(own_verdicts, None)
