"""Sign ledger entries with the newsroom's key. The signature proves where a copy of an entry comes from.

The signature is Ed25519 (RFC 8032) over an entry of the feed of changes, serialised by RFC 8785 (JCS). The entry omits
the claim but contains the claim's SHA-256. Keys and signatures are base64url without padding, as in RFC 8037.

The same key signs notes (`claims.ledger.proofs.signed_note`). The first line of a note is the name of a log, which has
no spaces, so a signed note cannot be mistaken for a signed entry.
"""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.utils.crypto import salted_hmac

#: Prefixed to each entry, so that the signed text cannot be mistaken for anything else.
_SIGNED_PREFIX = b"factcheck ledger entry\n"


def build_signed_text(change: Mapping[str, Any]) -> bytes:
    """Return the signed text of an entry, as canonical JSON (JCS)."""
    return orjson.dumps(change, option=orjson.OPT_SORT_KEYS)


def sign_text(text: bytes, key: Ed25519PrivateKey | None = None) -> str:
    """Sign an entry's text (from `build_signed_text`), with the newsroom's key by default; return the signature."""
    return encode_bytes((key or get_newsroom_key()).sign(_SIGNED_PREFIX + text))


def get_public_key() -> str:
    """Return the public key for verifying the newsroom's signatures."""
    return encode_bytes(get_newsroom_key().public_key().public_bytes_raw())


def get_newsroom_key() -> Ed25519PrivateKey:
    """Return the newsroom's signing key."""
    return derive_key(settings.SIGNING_KEY or settings.SECRET_KEY)


def is_signed_by(key: str, text: bytes, signature: str) -> bool:
    """Return whether this public key verifies the signature of an entry's text."""
    try:
        Ed25519PublicKey.from_public_bytes(decode_bytes(key)).verify(
            decode_bytes(signature), _SIGNED_PREFIX + text
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def compute_fingerprint(key: str) -> str:
    """Return a fingerprint short enough for two people to compare by telephone."""
    digest = hashlib.sha256(decode_bytes(key)).hexdigest()[:32]
    return " ".join(digest[start : start + 4] for start in range(0, len(digest), 4))


@lru_cache(maxsize=2)
def derive_key(secret: str) -> Ed25519PrivateKey:
    """Derive the signing key from a secret setting, such as SIGNING_KEY."""
    seed = salted_hmac("claims.ledger.house_signature", "ed25519", secret=secret, algorithm="sha256").digest()
    return Ed25519PrivateKey.from_private_bytes(seed)


def encode_bytes(value: bytes) -> str:
    """Encode the bytes of a key or signature as text."""
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def decode_bytes(text: str) -> bytes:
    """Decode the text of a key or signature to bytes."""
    return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
