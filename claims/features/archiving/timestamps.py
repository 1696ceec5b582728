"""Timestamps of files from an authority (RFC 3161): request, verify and store them.

The authority receives only a file's SHA-256. The authority's response is accepted only if it answers
our request for this hash, and if its signature leads to a trusted certificate (`TIMESTAMP_ROOTS`).
"""

import secrets
import warnings
from functools import lru_cache
from pathlib import Path

import certifi
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509 import Certificate, load_pem_x509_certificates
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext
from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

from claims.features.archiving.models import ArchivedFile, Timestamp
from claims.features.archiving.stamp_encoding import (
    NONCE_BYTES,
    build_timestamp_request,
    extract_token,
    sort_certificates,
)
from sources.http.services import ServiceUnavailable, send_post

REQUEST_SECONDS, MAX_ANSWER_BYTES = 15.0, 100_000


class TimestampAuthorityUnavailable(Exception):
    """The authority cannot issue a timestamp at present; `str()` says why, for users."""


class TokenRefused(Exception):
    """The authority's response is invalid; `str()` says why, for users."""


def request_timestamp(sha256: str) -> Timestamp:
    """Request a timestamp for the hash from the configured authority, and store it.

    Raises:
        TimestampAuthorityUnavailable: the authority does not respond.
        TokenRefused: the authority's response is not a timestamp, or cannot be verified.
    """
    authority = settings.TIMESTAMP_AUTHORITY
    # A positive number without leading zero bytes, which DER omits.
    nonce = 1 << (8 * NONCE_BYTES - 2) | secrets.randbits(8 * NONCE_BYTES - 2)
    try:
        response = send_post(
            authority,
            build_timestamp_request(sha256, nonce),
            {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"},
            seconds=REQUEST_SECONDS,
            max_bytes=MAX_ANSWER_BYTES,
        )
    except ServiceUnavailable as unavailable:
        raise TimestampAuthorityUnavailable(str(unavailable)) from None
    if response.status != 200:
        raise TimestampAuthorityUnavailable(
            gettext("%(authority)s answered with HTTP %(status)s instead of a timestamp.")
            % {"authority": authority, "status": response.status}
        )
    token = _verify_response(response.content, sha256, nonce)
    timestamp, _created = Timestamp.objects.get_or_create(sha256=sha256, authority=authority, defaults=token)
    return timestamp


def find_unstamped_hashes(max_hashes: int) -> list[str]:
    """Return the hashes of archived files that the configured authority has not signed yet, oldest first."""
    hashes = Timestamp.objects.filter(authority=settings.TIMESTAMP_AUTHORITY).values("sha256")
    rows = ArchivedFile.objects.exclude(sha256__in=hashes).order_by("pk").values_list("sha256", flat=True)
    return list(dict.fromkeys(rows[:max_hashes]))


def _verify_response(response_bytes: bytes, sha256: str, nonce: int) -> dict[str, object]:
    """Return the details of a response after verifying it. Raises TokenRefused if it is invalid."""
    try:
        response, token = (
            decode_timestamp_response(sort_certificates(response_bytes)),
            extract_token(response_bytes),
        )
    except ValueError:
        raise TokenRefused(
            gettext("%(timestamp_authority)s answered with something other than a timestamp.")
            % {"timestamp_authority": settings.TIMESTAMP_AUTHORITY}
        ) from None
    builder = VerifierBuilder(
        nonce=nonce, roots=list(_load_roots(settings.TIMESTAMP_ROOTS or certifi.where()))
    )
    try:
        builder.build().verify(response, bytes.fromhex(sha256))
        _require_sha256(response.tst_info.message_imprint.hash_algorithm.dotted_string)
    except (VerificationError, ValueError) as error:
        raise TokenRefused(
            gettext(
                "The response from %(timestamp_authority)s cannot be verified: %(error)s. If it uses its "
                "own certificates, set TIMESTAMP_ROOTS to a file with its root certificate."
            )
            % {"timestamp_authority": settings.TIMESTAMP_AUTHORITY, "error": error}
        ) from None
    return {"token": token, "stamped_at": response.tst_info.gen_time}


def _require_sha256(algorithm: str) -> None:
    if algorithm != "2.16.840.1.101.3.4.2.1":
        raise ValueError(f"it is about a hash of another kind ({algorithm})")


@lru_cache(maxsize=4)
def _load_roots(file: str) -> tuple[Certificate, ...]:
    try:
        with warnings.catch_warnings():
            # Common root stores contain certificates with irregular serial numbers.
            warnings.simplefilter("ignore", CryptographyDeprecationWarning)
            return tuple(dict.fromkeys(load_pem_x509_certificates(Path(file).expanduser().read_bytes())))
    except (OSError, ValueError) as error:
        raise ImproperlyConfigured(
            f"TIMESTAMP_ROOTS names {file}, which holds no certificates: {error}"
        ) from None
