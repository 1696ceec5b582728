"""Timestamped cosignatures under checkpoints (C2SP `tlog-cosignature`, Ed25519). Pure.

A cosignature states the time until which its witness has seen no larger consistent tree of the log.
"""

from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from claims.ledger.proofs.signed_note import COSIGNATURE_TYPE, SignedNote, compute_key_id

#: The largest tolerated difference between the clocks of two machines.
CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class VerifiedCosignature:
    """A verified cosignature: its line, including the line feed, and the time stated by the witness."""

    line: str
    moment: datetime
    signed: bytes
    """The bytes that are signed."""
    signature: bytes


def cosign(text: str, *, name: str, key: Ed25519PrivateKey, seconds: int) -> str:
    """Sign the checkpoint and return the cosignature line.

    Args:
        text: the text of the note, including its last line feed.
        seconds: the time in seconds since the epoch.
    """
    public_key = key.public_key().public_bytes_raw()
    signature = seconds.to_bytes(8) + key.sign(_build_message(text, seconds))
    return f"— {name} {b64encode(compute_key_id(name, public_key, COSIGNATURE_TYPE) + signature).decode()}\n"


def find_cosignature(note: str, *, name: str, public_key: bytes) -> VerifiedCosignature | None:
    """Return the newest valid cosignature of this witness among the signatures of a note.

    Raises:
        InvalidNote: the text is not a signed note.
    """
    signed_note = SignedNote.read(note)
    identifier = compute_key_id(name, public_key, COSIGNATURE_TYPE)
    verifier = Ed25519PublicKey.from_public_bytes(public_key)
    cosignatures = []
    for signer, signature in signed_note.signatures:
        if signer != name or signature[:4] != identifier or len(signature) != 4 + 8 + 64:
            continue
        seconds = int.from_bytes(signature[4:12])
        message = _build_message(signed_note.text, seconds)
        try:
            verifier.verify(signature[12:], message)
            moment = datetime.fromtimestamp(seconds, UTC)
        except (InvalidSignature, ValueError, OverflowError, OSError):
            continue
        line = f"— {name} {b64encode(signature).decode()}\n"
        cosignatures.append(VerifiedCosignature(line, moment, message, signature[12:]))
    return max(cosignatures, key=lambda cosignature: cosignature.moment, default=None)


def _build_message(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
