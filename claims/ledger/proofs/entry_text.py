"""The text of a ledger entry from which its hash is computed: one fact per line, easy to read in any programming
language.

The database builds the same text when an entry arrives (`claims.models.ledger_rules`); docs/ledger-proofs.md
describes it.
"""

from hashlib import sha256
from typing import NamedTuple

_FIRST_LINE = "factcheck ledger entry 1"


class EntryFacts(NamedTuple):
    """The facts of an entry from which its hash is computed."""

    sequence: int
    claim_id: int
    version: int
    status: str
    kind: str
    published_at: str
    """ISO 8601 in UTC with microseconds and `Z`, as the API writes moments."""
    merged_into: int | None
    sealed_sha256: str
    """The hash of the entry's note and body (`sealed_text`)."""


def build_entry_text(facts: EntryFacts, previous_hash: str) -> bytes:
    """Return the bytes of an entry, from which its hash and its tree leaf are computed.

    Args:
        previous_hash: the hash of the previous entry; `claims.models.ledger_rules.ZERO_SHA256` for the first entry.
    """
    *plain_facts, merged_into, sealed_sha256 = facts
    lines = [
        _FIRST_LINE,
        *map(str, plain_facts),
        "-" if merged_into is None else str(merged_into),
        sealed_sha256,
        previous_hash,
        "",
    ]
    return "\n".join(lines).encode()


def compute_chain_hash(text: bytes) -> str:
    """Return the hash of an entry's text, which the text of the next entry contains."""
    return sha256(text).hexdigest()
