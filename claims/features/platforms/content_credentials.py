"""The share picture of a claim with Content Credentials (C2PA), signed without network access.

The credentials contain the verdict as ClaimReview, and identify the ledger entry that the picture shows.
Without `C2PA_SIGNER`, the key is derived from `SIGNING_KEY` and the certificate is self-issued, so programs
that read credentials report an unknown signer.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from typing import Any, NamedTuple

import orjson
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from claims.features.embeds.share_pictures.claim_picture import build_alternative_text, draw_picture
from claims.features.platforms.wordings import build_own_markup
from claims.models import Publication
from factcheck.database import clock
from factcheck.installation.version import read_version

#: Manifests and certificates are not fetched from other servers, and the picture needs no thumbnail.
_OFFLINE_SETTINGS = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
    "builder": {"thumbnail": {"enabled": False}},
}
_DATA_DRIVEN_MEDIA = "http://cv.iptc.org/newscodes/digitalsourcetype/dataDrivenMedia"
#: With fixed dates, our own certificates always stay the same, so that others need to trust them only once.
_VALID_FROM, _VALID_UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2049, 12, 31, tzinfo=UTC)
#: The longest name in a certificate (RFC 5280).
_MAX_NAME_LENGTH = 64
_ALGORITHMS_BY_CURVE = {"secp256r1": "es256", "secp384r1": "es384"}


class SigningUnavailable(Exception):
    """The picture cannot be signed; `str()` is the reason, for the desk."""


class _Credential(NamedTuple):
    """A private key and its certificates up to an authority, as PEM."""

    algorithm: str
    key: bytes
    chain: bytes


def find_signing_problem() -> str:
    """Return the reason why pictures cannot be signed here, or ""."""
    try:
        _load_credential()
    except SigningUnavailable as problem:
        return str(problem)
    return ""


def sign_picture(entry: Publication) -> bytes:
    """Draw the share picture of an entry with the newsroom's own verdict, and sign it.

    Raises:
        SigningUnavailable: there is no usable key, or the library rejects the key.
    """
    credential = _load_credential()
    import c2pa  # noqa: PLC0415  it takes a second, and few processes sign pictures

    signer_info = c2pa.C2paSignerInfo(credential.algorithm.encode(), credential.chain, credential.key, None)
    manifest = orjson.dumps(_build_manifest(entry)).decode()
    signed_picture = BytesIO()
    try:
        context = c2pa.Context(c2pa.Settings.from_dict(_OFFLINE_SETTINGS))
        with c2pa.Signer.from_info(signer_info) as signer, c2pa.Builder(manifest, context=context) as builder:
            builder.sign(signer, "image/png", BytesIO(draw_picture(entry.document)), signed_picture)
    except c2pa.C2paError as error:
        raise SigningUnavailable(
            _("The picture could not be signed with C2PA_SIGNER: %(reason)s.") % {"reason": error}
        ) from None
    return signed_picture.getvalue()


def _build_manifest(entry: Publication) -> dict[str, Any]:
    """Return the C2PA manifest for the share picture of a ledger entry."""
    document = entry.document
    moment = entry.published_at.isoformat()
    proof = f"{settings.SITE_URL}/api/v1/ledger/proofs/inclusion?sequence={entry.sequence}"
    review = build_own_markup(document, "ClaimReview") | {
        "version": entry.version,
        # The entry's SHA-256 in the ledger; the URL has the proof that the ledger contains the entry.
        "identifier": {"@type": "PropertyValue", "propertyID": proof, "value": entry.chain_sha256},
    }
    drawn_action = {
        "action": "c2pa.created",
        "when": clock.get_database_time().isoformat(),
        "digitalSourceType": _DATA_DRIVEN_MEDIA,
    }
    return {
        "claim_generator_info": [{"name": "Factcheck", "version": read_version()}],
        "title": build_alternative_text(document),
        "assertions": [
            {
                "label": "c2pa.actions.v2",
                "data": {"actions": [drawn_action, {"action": "c2pa.published", "when": moment}]},
            },
            {"label": "stds.schema-org.ClaimReview", "kind": "Json", "data": review},
        ],
    }


def _load_credential() -> _Credential:
    """Return the newsroom's private key with its certificates.

    Raises:
        SigningUnavailable: `C2PA_SIGNER` cannot be used.
    """
    if not settings.C2PA_SIGNER:
        return _derive_credential(settings.SIGNING_KEY or settings.SECRET_KEY, settings.NEWSROOM_NAME)
    try:
        content = settings.C2PA_SIGNER.read_bytes()
        certificates = x509.load_pem_x509_certificates(content)
        key_match = re.search(rb"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.+?-----END \1-----", content, re.DOTALL)
        key = load_pem_private_key(key_match[0] if key_match else b"", password=None)
    except (OSError, ValueError, TypeError):
        raise SigningUnavailable(
            _("C2PA_SIGNER must be a readable PEM file with a private key and its certificates.")
        ) from None
    if isinstance(key, Ed25519PrivateKey):
        algorithm = "ed25519"
    elif isinstance(key, EllipticCurvePrivateKey) and key.curve.name in _ALGORITHMS_BY_CURVE:
        algorithm = _ALGORITHMS_BY_CURVE[key.curve.name]
    else:
        raise SigningUnavailable(_("The key in C2PA_SIGNER must be ECDSA P-256 or P-384, or Ed25519."))
    if certificates[0].public_key() != key.public_key():
        raise SigningUnavailable(_("The first certificate in C2PA_SIGNER does not belong to the key."))
    if (
        not certificates[0].not_valid_before_utc
        <= clock.get_database_time()
        <= certificates[0].not_valid_after_utc
    ):
        raise SigningUnavailable(_("The certificate in C2PA_SIGNER has expired or is not valid yet."))
    return _Credential(
        algorithm,
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates),
    )


@cache
def _derive_credential(secret: str, newsroom: str) -> _Credential:
    """Return a key derived from the installation's secret, with certificates that we issue ourselves."""
    root_certificate, key = (
        Ed25519PrivateKey.from_private_bytes(
            salted_hmac(
                f"claims.features.platforms.{name}", "c2pa", secret=secret, algorithm="sha256"
            ).digest()
        )
        for name in ("root", "signer")
    )
    names = {
        name: x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, newsroom[:_MAX_NAME_LENGTH]),
                x509.NameAttribute(NameOID.COMMON_NAME, name),
            ]
        )
        for name in ("Content Credentials root", "Content Credentials")
    }
    (root_name, leaf_name) = names.values()
    chain = [
        _build_certificate(leaf_name, key, root_name, root_certificate, is_authority=False),
        _build_certificate(root_name, root_certificate, root_name, root_certificate, is_authority=True),
    ]
    return _Credential(
        "ed25519", key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), b"".join(chain)
    )


def _build_certificate(
    name: x509.Name,
    key: Ed25519PrivateKey,
    issuer: x509.Name,
    issuer_key: Ed25519PrivateKey,
    *,
    is_authority: bool,
) -> bytes:
    """Return a certificate with the extensions that C2PA requires."""
    key_usages = dict.fromkeys(
        (
            *("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
            *("encipher_only", "decipher_only"),
        ),
        False,
    )
    subject_key_id = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    extensions: Mapping[x509.ExtensionType, bool] = {
        x509.BasicConstraints(ca=is_authority, path_length=None): True,
        x509.KeyUsage(
            digital_signature=not is_authority,
            key_cert_sign=is_authority,
            crl_sign=is_authority,
            **key_usages,
        ): True,
        subject_key_id: False,
        x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()): False,
    }
    if not is_authority:
        extensions = {**extensions, x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]): False}
    builder = x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=name,
        public_key=key.public_key(),
        serial_number=int.from_bytes(hashlib.sha256(subject_key_id.digest).digest()[:15]) | 1,
        not_valid_before=_VALID_FROM,
        not_valid_after=_VALID_UNTIL,
    )
    for extension, is_critical in extensions.items():
        builder = builder.add_extension(extension, critical=is_critical)
    return builder.sign(issuer_key, None).public_bytes(Encoding.PEM)
