"""The share picture with Content Credentials: read back, bound to the ledger, and why it cannot be signed."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from claims.features.embeds.share_pictures.claim_picture import build_alternative_text
from claims.features.platforms.content_credentials import (
    SigningUnavailable,
    find_signing_problem,
    sign_picture,
)
from claims.ledger.proofs.checkpoints import sign_ledger
from claims.models import Publication
from claims.review import workflow
from factcheck.database import clock
from sources.media.manifests import read_manifest
from sources.media.signatures import MediaFormat
from tests.helpers.page_markup import complaints
from tests.helpers.signed_media import authority

pytestmark = pytest.mark.django_db


def read(content: bytes, folder: Path) -> dict[str, Any]:
    (folder / "picture.png").write_bytes(content)
    return read_manifest(folder / "picture.png", MediaFormat("image/png", "PNG"))


def test_it_states_its_content_and_the_entry(
    client: Client, publish: Any, tmp_path: Path, settings: Settings
) -> None:
    settings.NEWSROOM_NAME = "Harbour Facts"
    claim = publish()
    sign_ledger()
    entry = Publication.objects.newest().get(claim=claim)
    signed = sign_picture(entry)
    manifest = read(signed, tmp_path)
    assert [manifest[name] for name in ("state", "validation", "problems", "signed_by", "title")] == [
        "read",
        "valid",
        ["signingCredential.untrusted"],
        "Harbour Facts",
        build_alternative_text(entry.document),
    ]
    assert [one["action"] for one in manifest["actions"]] == ["c2pa.created", "c2pa.published"]
    [active] = manifest["store"]["manifests"].values()
    [review] = [one["data"] for one in active["assertions"] if one["label"] == "stds.schema-org.ClaimReview"]
    assert complaints([review]) == []
    assert (review["url"], review["version"]) == (entry.document["url"], 1)
    # What it names is the entry in the ledger, by the proof that anyone can fetch.
    address = urlsplit(review["identifier"]["propertyID"])
    proof = client.get(f"{address.path}?{address.query}").json()
    assert hashlib.sha256(proof["entry"].encode()).hexdigest() == review["identifier"]["value"]
    changed = bytearray(signed)
    changed[-30] ^= 1
    assert read(bytes(changed), tmp_path)["validation"] == "invalid"


def test_a_certificate_is_trusted_where_its_authority_is(
    publish: Any, tmp_path: Path, settings: Settings
) -> None:
    signer = authority()
    settings.C2PA_SIGNER = tmp_path / "signer.pem"
    settings.C2PA_SIGNER.write_bytes(signer.key + signer.chain)
    settings.C2PA_TRUST_ANCHORS = tmp_path / "anchors.pem"
    settings.C2PA_TRUST_ANCHORS.write_text(signer.root)
    manifest = read(sign_picture(Publication.objects.newest().get(claim=publish())), tmp_path)
    assert (manifest["validation"], manifest["signed_by"]) == ("trusted", "Linden Optics")


def test_why_nothing_can_be_signed(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer, other = authority(), authority()
    large = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    rsa_key = large.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    settings.C2PA_SIGNER = tmp_path / "signer.pem"

    def problem(content: bytes) -> str:
        settings.C2PA_SIGNER.write_bytes(content)
        return find_signing_problem()

    unreadable = "C2PA_SIGNER must be a readable PEM file with a private key and its certificates."
    assert [
        problem(content)
        for content in (
            b"",
            signer.key,
            signer.chain,
            rsa_key + signer.chain,
            other.key + signer.chain,
            signer.chain + signer.key,
        )
    ] == [
        *[unreadable] * 3,
        "The key in C2PA_SIGNER must be ECDSA P-256 or P-384, or Ed25519.",
        "The first certificate in C2PA_SIGNER does not belong to the key.",
        "",
    ]
    settings.C2PA_SIGNER.unlink()
    assert find_signing_problem() == unreadable
    monkeypatch.setattr(clock, "get_database_time", lambda: datetime.now(UTC) + timedelta(days=60))
    expired = "The certificate in C2PA_SIGNER has expired or is not valid yet."
    assert problem(signer.key + signer.chain) == expired


def test_a_certificate_for_other_uses_is_refused(publish: Any, tmp_path: Path, settings: Settings) -> None:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    today = datetime.now(UTC)
    certificate = x509.CertificateBuilder(
        name, name, key.public_key(), 1, today - timedelta(days=1), today + timedelta(days=1)
    ).sign(key, hashes.SHA256())
    settings.C2PA_SIGNER = tmp_path / "signer.pem"
    settings.C2PA_SIGNER.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
    entry = Publication.objects.newest().get(claim=publish())
    with pytest.raises(SigningUnavailable, match="could not be signed with C2PA_SIGNER"):
        sign_picture(entry)


def test_the_desk_offers_it_for_a_published_verdict_only(
    client: Client, publish: Any, editor: User, settings: Settings, tmp_path: Path
) -> None:
    claim = publish()
    client.force_login(editor)
    page = reverse("admin:claims_claim_platforms", args=[claim.pk])
    picture = reverse("admin:claims_claim_platforms_picture", args=[claim.pk])
    shown = client.get(page).content.decode()
    assert picture in shown
    assert "an unknown signer" in shown
    answer = client.get(picture)
    assert answer["Content-Disposition"] == f'attachment; filename="claim-{claim.pk}-version-1.png"'
    assert read(answer.content, tmp_path)["validation"] == "valid"
    settings.C2PA_SIGNER = tmp_path / "missing.pem"
    assert "must be a readable PEM file" in client.get(page).content.decode()
    assert "must be a readable PEM file" in client.get(picture, follow=True).content.decode()
    workflow.move(claim.verdicts.get(), "retract", by=editor, note="The audit was forged.")
    assert client.get(picture).url == page  # type: ignore[attr-defined]
    assert client.get(page).content.decode().count("no published verdict on this claim") == 5
