"""What the house signs: each entry of its ledger, so that whoever took it elsewhere can prove whose words it has.

Ed25519 (RFC 8032) over an entry as the feed of changes tells of it, without the claim, whose SHA-256 is in it; written
as RFC 8785 (JCS) writes JSON. Keys and signatures are base64url without padding, as in RFC 8037.
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

#: Said before each entry, so that what was signed can be taken for nothing else.
_CONTEXT = b"factcheck ledger entry\n"


def signed_text(change: Mapping[str, Any]) -> bytes:
    """What is signed of an entry. Its keys are ASCII and its values texts, numbers and null: sorted, that is JCS."""
    return orjson.dumps(change, option=orjson.OPT_SORT_KEYS)


def signature(text: bytes) -> str:
    """The house's signature under an entry (`signed_text`)."""
    return _written(_own(settings.SIGNING_KEY or settings.SECRET_KEY).sign(_CONTEXT + text))


def public_key() -> str:
    """By which everybody can tell what the house has signed."""
    return _written(_own(settings.SIGNING_KEY or settings.SECRET_KEY).public_key().public_bytes_raw())


def is_signed_by(key: str, text: bytes, signed: str) -> bool:
    """Whether an entry (`signed_text`) bears the signature of whoever has this public key."""
    try:
        Ed25519PublicKey.from_public_bytes(_read(key)).verify(_read(signed), _CONTEXT + text)
    except (InvalidSignature, ValueError):
        return False
    return True


def fingerprint(key: str) -> str:
    """A public key in so few signs that two people can compare it by telephone."""
    digest = hashlib.sha256(_read(key)).hexdigest()[:32]
    return " ".join(digest[start : start + 4] for start in range(0, len(digest), 4))


@lru_cache(maxsize=2)
def _own(secret: str) -> Ed25519PrivateKey:
    seed = salted_hmac("claims.ledger.house_signature", "ed25519", secret=secret, algorithm="sha256").digest()
    return Ed25519PrivateKey.from_private_bytes(seed)


def _written(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def _read(text: str) -> bytes:
    return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
