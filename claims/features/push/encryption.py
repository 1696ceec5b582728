"""Encrypt a message for one browser (RFC 8291), and sign the request to its push service (VAPID, RFC 8292)."""

import os
import time
from functools import lru_cache
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.utils.crypto import salted_hmac

from claims.ledger.house_signature import decode_bytes, encode_bytes

#: The size of a record (RFC 8188). A message is one record, with a tag of 16 bytes and a final delimiter byte.
_RECORD_SIZE = 4096
MAX_MESSAGE_BYTES = 3993
#: The order of P-256; private keys are smaller.
_CURVE_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_TOKEN_SECONDS = 12 * 3600


def encrypt_message(
    message: bytes,
    *,
    p256dh: str,
    auth: str,
    key: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """Return the encrypted message as the body of a request to the push service.

    Args:
        p256dh, auth: the browser's public key and secret.
        key, salt: set only by tests; by default, new ones are created for each message.

    Raises:
        ValueError: the browser's public key is not a point on the curve.
    """
    browser_key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode_bytes(p256dh))
    key, salt = key or ec.generate_private_key(ec.SECP256R1()), salt or os.urandom(16)
    own_public_key = _encode_public_key(key.public_key())
    shared_secret = key.exchange(ec.ECDH(), browser_key)
    secret = _expand_secret(
        shared_secret, decode_bytes(auth), b"WebPush: info\0" + decode_bytes(p256dh) + own_public_key, 32
    )
    cipher = AESGCM(_expand_secret(secret, salt, b"Content-Encoding: aes128gcm\0", 16))
    nonce = _expand_secret(secret, salt, b"Content-Encoding: nonce\0", 12)
    record_header = salt + _RECORD_SIZE.to_bytes(4, "big") + bytes([len(own_public_key)]) + own_public_key
    return record_header + cipher.encrypt(nonce, message + b"\2", None)


def build_authorization(endpoint: str) -> str:
    """Return the `Authorization` header of a request to this push service."""
    parts = urlsplit(endpoint)
    token_claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(time.time()) + _TOKEN_SECONDS,
        "sub": settings.SITE_URL,
    }
    return f"vapid t={jwt.encode(token_claims, _get_server_key(), algorithm='ES256')}, k={get_public_key()}"


def get_public_key() -> str:
    """Return the public key that identifies this installation to push services, as base64url."""
    return encode_bytes(_encode_public_key(_get_server_key().public_key()))


def _get_server_key() -> ec.EllipticCurvePrivateKey:
    return _derive_key(settings.SIGNING_KEY or settings.SECRET_KEY)


@lru_cache(maxsize=2)
def _derive_key(secret: str) -> ec.EllipticCurvePrivateKey:
    """Derive a private key from a secret in the settings, in the same way as the key that signs the ledger."""
    seed = salted_hmac("claims.features.push.encryption", "p256", secret=secret, algorithm="sha512").digest()
    return ec.derive_private_key(int.from_bytes(seed, "big") % (_CURVE_ORDER - 1) + 1, ec.SECP256R1())


def _encode_public_key(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _expand_secret(secret: bytes, salt: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=purpose).derive(secret)
