"""Editors see the statements of a C2PA manifest with its signer and validity, never as facts."""

from pathlib import Path

import pytest
from pytest_django import Settings

from sources import archive
from sources.media.intake import store_file
from sources.media.manifests import read_manifest
from sources.media.signatures import recognise
from tests.helpers.media_files import picture

pytest.importorskip("c2pa", reason="there is no c2pa-python for this machine")
from tests.helpers.signed_media import Authority, authority, signed


@pytest.fixture(scope="module")
def signer() -> Authority:
    return authority()


@pytest.fixture(scope="module")
def content(signer: Authority) -> bytes:
    return signed(picture(41), signer)


def told(content: bytes, folder: Path) -> dict[str, object]:
    path = folder / "file"
    path.write_bytes(content)
    kind = recognise(content)
    assert kind is not None
    return read_manifest(path, kind)


def test_signers(content: bytes, tmp_path: Path) -> None:
    manifest = told(content, tmp_path)
    assert manifest.pop("store")
    assert manifest == {
        "state": "read",
        "validation": "valid",
        "problems": ["signingCredential.untrusted"],
        "signed_by": "Linden Optics",
        "certificate_of": "Linden Camera 7",
        "claim_generator": "Dream Machine 4",
        "title": "Fog",
        "actions": [
            {
                "action": "c2pa.created",
                "software": "Dream Machine",
                "digital_source_type": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
            }
        ],
        "manifests": 1,
        "is_embedded": True,
    }


def test_a_signer_on_the_list_is_trusted(
    content: bytes, signer: Authority, tmp_path: Path, settings: Settings
) -> None:
    (tmp_path / "anchors.pem").write_text(signer.root)
    settings.C2PA_TRUST_ANCHORS = tmp_path / "anchors.pem"
    assert told(content, tmp_path)["validation"] == "trusted"
    (tmp_path / "anchors.pem").write_text(authority().root)
    assert told(content, tmp_path)["validation"] == "valid"


def test_a_picture_that_was_changed_is_not_the_one_that_was_signed(content: bytes, tmp_path: Path) -> None:
    changed = bytearray(content)
    changed[-3000] ^= 0xFF
    manifest = told(bytes(changed), tmp_path)
    assert manifest["validation"] == "invalid"
    assert "assertion.dataHash.mismatch" in str(manifest["problems"])


def test_a_damaged_manifest_is_reported(content: bytes, tmp_path: Path) -> None:
    changed = bytearray(content)
    changed[content.find(b"c2pa.actions") + 200] ^= 0xFF
    assert told(bytes(changed), tmp_path)["state"] in ("unreadable", "read")
    assert told(bytes(changed), tmp_path).get("validation") != "valid"


def test_most_files_have_no_manifest(tmp_path: Path) -> None:
    assert told(picture(42), tmp_path) == {}


@pytest.mark.django_db
def test_it_is_stored_for_editors_and_not_in_the_public_version(content: bytes, folder: Path) -> None:
    media = store_file(content, by=None)
    assert media.provenance["signed_by"] == "Linden Optics"
    assert b"c2pa" not in archive.load(media.public_sha256)
