"""Signed notes (C2SP `signed-note`): a text, a blank line, and signatures. Pure.

facts.example.org/api/v1/ledger 20852163 CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— facts.example.org/api/v1/ledger Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+…
"""

import hashlib
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

#: Types of signatures, as the specification numbers them: Ed25519 over the note, and a timestamped cosignature.
ED25519_TYPE, COSIGNATURE_TYPE = b"\x01", b"\x04"
_SIGNATURE_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")


class InvalidNote(ValueError):
    """The text is not a signed note of the requested kind; `str()` gives the reason."""


def compute_key_id(name: str, public_key: bytes, kind: bytes = ED25519_TYPE) -> bytes:
    """Return the four bytes that identify the key in a signature line."""
    return hashlib.sha256(name.encode() + b"\n" + kind + public_key).digest()[:4]


def format_verifier_key(name: str, public_key: bytes, kind: bytes = ED25519_TYPE) -> str:
    """Return a key in the form that programs for verifying notes read: `name+id+key`."""
    return f"{name}+{compute_key_id(name, public_key, kind).hex()}+{b64encode(kind + public_key).decode()}"


def read_verifier_key(text: str, kind: bytes = ED25519_TYPE) -> tuple[str, bytes]:
    """Return the name and the public key of a verifier key.

    Raises:
        InvalidNote: the text is not a verifier key, or has another type.
    """
    try:
        name, identifier, key = text.split("+", 2)
        content = b64decode(key, validate=True)
    except ValueError:
        raise InvalidNote("This is not a verifier key: name+id+key.") from None
    public_key = content[1:]
    if not name or content[:1] != kind or len(public_key) != 32:
        raise InvalidNote("This verifier key is of another type.")
    if compute_key_id(name, public_key, kind).hex() != identifier:
        raise InvalidNote(
            "The id of this verifier key does not match its name and key: it was not copied completely."
        )
    return name, public_key


def sign_note(text: str, *, name: str, keys: Sequence[Ed25519PrivateKey]) -> str:
    """Build a note: the text, and a line for each signer.

    Args:
        text: the text, ending in a line feed.
        name: the name of the signer, without spaces or plus signs.
    """
    lines = []
    for key in keys:
        public_key = key.public_key().public_bytes_raw()
        signature = b64encode(compute_key_id(name, public_key) + key.sign(text.encode())).decode()
        lines.append(f"— {name} {signature}\n")
    return f"{text}\n{''.join(lines)}"


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A parsed note with unverified signatures."""

    text: str
    signatures: tuple[tuple[str, bytes], ...]

    @classmethod
    def read(cls, note: str) -> "SignedNote":
        """Parse a signed note. Raises `InvalidNote`."""
        text, blank_line, signature_block = note.rpartition("\n\n")
        lines = signature_block.removesuffix("\n").split("\n") if signature_block.endswith("\n") else []
        matched_lines = [_SIGNATURE_LINE.fullmatch(line) for line in lines]
        if not blank_line or not text or not matched_lines or not all(matched_lines):
            raise InvalidNote("It is not a signed note: a text, an empty line, and lines of signatures.")
        try:
            signatures = tuple(
                (match[1], b64decode(match[2], validate=True)) for match in matched_lines if match
            )
        except ValueError:
            raise InvalidNote("One of its signatures is not base64.") from None
        return cls(f"{text}\n", signatures)

    def is_signed_by(self, name: str, public_key: bytes) -> bool:
        """Return whether the note has a valid signature by this key. Invalid signatures are ignored."""
        key_id = compute_key_id(name, public_key)
        own_signatures = [
            signature[4:]
            for signer_name, signature in self.signatures
            if signer_name == name and signature[:4] == key_id
        ]
        try:
            verifier = Ed25519PublicKey.from_public_bytes(public_key)
            for signature in own_signatures:
                verifier.verify(signature, self.text.encode())
        except (InvalidSignature, ValueError):
            return False
        return bool(own_signatures)


@dataclass(frozen=True, slots=True)
class TreeHead:
    """The content of a checkpoint (C2SP `tlog-checkpoint`): a log's size and root hash."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"

    @classmethod
    def read(cls, text: str) -> "TreeHead":
        """Parse a tree head. Raises `InvalidNote`."""
        origin, *other_lines = text.split("\n")
        try:
            size, root = other_lines[0], b64decode(other_lines[1], validate=True)
            if not origin or not re.fullmatch(r"0|[1-9][0-9]{0,18}", size) or len(root) != 32:
                raise ValueError
        except (ValueError, IndexError):
            raise InvalidNote("It is not a checkpoint: a name, a number of entries, and a hash.") from None
        return cls(origin, int(size), root)
