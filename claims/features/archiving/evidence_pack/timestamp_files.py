"""Timestamps as files for `openssl ts` (RFC 3161), with the certificates to verify them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import certifi
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import load_der_pkcs7_certificates
from cryptography.x509 import Certificate, load_pem_x509_certificates
from django.conf import settings

from claims.features.archiving.evidence_pack.streamed_zip import PackedFile
from claims.features.archiving.models import Timestamp
from claims.features.archiving.stamp_encoding import extract_token, sort_certificates

CHAIN_PATH, ROOTS_PATH, TABLE_PATH = (
    "timestamps/chain.pem",
    "timestamps/roots.pem",
    "timestamps/timestamps.tsv",
)
#: PKIStatusInfo: granted.
_GRANTED_STATUS = bytes.fromhex("3003020100")


def build_timestamp_files(stamps: Iterable[Timestamp], paths: dict[str, str]) -> list[PackedFile]:
    """Return files for the pack: the timestamps, a list of them, and the certificates that verify them.

    Args:
        paths: the path in the pack of each stamped file, keyed by the file's SHA-256.
    """
    ordered_stamps = sorted(stamps, key=lambda stamp: (stamp.sha256, stamp.stamped_at, stamp.authority))
    if not ordered_stamps:
        return []
    files, table_rows, stamp_counts = (
        [],
        ["file\tsha256\tstamped at\tauthority\ttimestamp\n"],
        dict[str, int](),
    )
    for stamp in ordered_stamps:
        stamp_number = stamp_counts[stamp.sha256] = stamp_counts.get(stamp.sha256, 0) + 1
        name = f"timestamps/{stamp.sha256}{f'-{stamp_number}' if stamp_number > 1 else ''}.tsr"
        files.append(PackedFile.from_bytes(name, build_response(bytes(stamp.token))))
        stamped_at = stamp.stamped_at.isoformat().replace("+00:00", "Z")
        table_rows.append(f"{paths[stamp.sha256]}\t{stamp.sha256}\t{stamped_at}\t{stamp.authority}\t{name}\n")
    chain = _collect_certificates(ordered_stamps)
    files.append(PackedFile.from_bytes(TABLE_PATH, "".join(table_rows).encode()))
    files.append(PackedFile.from_bytes(CHAIN_PATH, _encode_pem(chain)))
    if roots := _find_roots(chain):
        files.append(PackedFile.from_bytes(ROOTS_PATH, _encode_pem(roots)))
    return files


def build_response(token: bytes) -> bytes:
    """Wrap a token in a TimeStampResp, the format of `.tsr` files."""
    content = _GRANTED_STATUS + token
    return b"\x30" + _encode_length(len(content)) + content


def _encode_length(number: int) -> bytes:
    """Encode a length in DER."""
    if number < 0x80:
        return bytes([number])
    length = number.to_bytes((number.bit_length() + 7) // 8)
    return bytes([0x80 | len(length)]) + length


def _collect_certificates(stamps: Sequence[Timestamp]) -> list[Certificate]:
    """Return the certificates in the timestamps without duplicates."""
    certificates: dict[bytes, Certificate] = {}
    for stamp in stamps:
        # Some authorities order the certificates in a way that the library rejects; the signature does not cover them.
        token = extract_token(sort_certificates(build_response(bytes(stamp.token))))
        for certificate in load_der_pkcs7_certificates(token):
            certificates.setdefault(certificate.public_bytes(Encoding.DER), certificate)
    return [certificates[key] for key in sorted(certificates)]


def _find_roots(chain: Sequence[Certificate]) -> list[Certificate]:
    """Return the trusted root certificates that issued a certificate of the chain."""
    roots_file = Path(settings.TIMESTAMP_ROOTS or certifi.where()).expanduser()
    issuers = {certificate.issuer for certificate in chain}
    trusted_roots = {
        certificate.public_bytes(Encoding.DER): certificate
        for certificate in load_pem_x509_certificates(roots_file.read_bytes())
        if certificate.subject in issuers
    }
    return [trusted_roots[key] for key in sorted(trusted_roots)]


def _encode_pem(certificates: Iterable[Certificate]) -> bytes:
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates)
