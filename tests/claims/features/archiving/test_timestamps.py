"""Timestamps: which answers of an authority are accepted."""

import hashlib
import secrets
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from claims.features.archiving import tasks
from claims.features.archiving.models import ArchivedCopy, ArchivedFile, Timestamp
from claims.features.archiving.stamp_encoding import build_timestamp_request
from claims.features.archiving.timestamps import (
    TimestampAuthorityUnavailable,
    TokenRefused,
    find_unstamped_hashes,
    request_timestamp,
)
from tests.helpers.newsroom import make_source
from tests.helpers.stamping_authority import StampingAuthority

pytestmark = pytest.mark.django_db

DIGEST = hashlib.sha256(b"What was on the page.").hexdigest()
OTHER = hashlib.sha256(b"Something else.").hexdigest()


def archived(*digests: str) -> None:
    source = make_source()
    for digest in digests:
        copy = ArchivedCopy.objects.create(
            source=source, address=source.url, final_address=source.url, http_status=200, reason="desk"
        )
        ArchivedFile.objects.create(
            copy=copy, role="warc", sha256=digest, size=1, media_type="application/warc"
        )


def test_an_authority_signs_and_others_can_verify_it(authority: StampingAuthority) -> None:
    kept = request_timestamp(DIGEST)
    assert kept.authority == authority.address
    assert authority.verify(bytes(kept.token), DIGEST)
    assert not authority.verify(bytes(kept.token), OTHER)
    assert abs((kept.stamped_at - Timestamp.objects.get().received_at).total_seconds()) < 120
    assert request_timestamp(DIGEST).pk == kept.pk


def test_the_request_is_valid_for_any_nonce(authority: StampingAuthority) -> None:
    for nonce in (1 << 126, (1 << 127) - 1, 1 << 126 | secrets.randbits(126)):
        assert authority.sign(build_timestamp_request(DIGEST, nonce))


def test_an_answer_about_something_else_is_not_believed(authority: StampingAuthority) -> None:
    authority.instead = 200, authority.sign(build_timestamp_request(OTHER, 1 << 126))
    with pytest.raises(TokenRefused, match="Nonce mismatch"):
        request_timestamp(DIGEST)
    assert not Timestamp.objects.exists()


def test_the_answer_to_an_earlier_request_is_not_believed(
    authority: StampingAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "randbits", lambda _bits: 5)
    authority.instead = 200, authority.sign(build_timestamp_request(OTHER, 1 << 126 | 5))
    with pytest.raises(TokenRefused, match="Mismatch between messages"):
        request_timestamp(DIGEST)


@pytest.mark.slow
@pytest.mark.parametrize("answer", [b"", b"<html>", b"\x30\x03\x02\x01\x00", b"\x30\x05\x30\x03\x02\x01\x02"])
def test_invalid_timestamps_are_rejected(authority: StampingAuthority, answer: bytes) -> None:
    authority.instead = 200, answer
    with pytest.raises(TokenRefused):
        request_timestamp(DIGEST)


@pytest.mark.slow
def test_timestamps_of_untrusted_authorities_are_rejected(
    authority: StampingAuthority, settings: Any
) -> None:
    settings.TIMESTAMP_ROOTS = ""
    with pytest.raises(TokenRefused, match="TIMESTAMP_ROOTS"):
        request_timestamp(DIGEST)
    assert not Timestamp.objects.exists()


def test_a_token_that_was_changed_is_not_believed(
    authority: StampingAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "randbits", lambda _bits: 5)
    answer = bytearray(authority.sign(build_timestamp_request(DIGEST, 1 << 126 | 5)))
    answer[-10] ^= 1
    authority.instead = 200, bytes(answer)
    with pytest.raises(TokenRefused):
        request_timestamp(DIGEST)


def test_roots_that_are_none_are_the_operators_affair(authority: StampingAuthority, settings: Any) -> None:
    settings.TIMESTAMP_ROOTS = str(authority.folder / "nothing.pem")
    with pytest.raises(ImproperlyConfigured, match="TIMESTAMP_ROOTS names"):
        request_timestamp(DIGEST)


def test_an_unavailable_authority_is_retried(authority: StampingAuthority) -> None:
    archived(DIGEST, OTHER, DIGEST)
    authority.instead = 503, b""
    with pytest.raises(TimestampAuthorityUnavailable, match="HTTP 503"):
        request_timestamp(DIGEST)
    tasks.sign_files()
    assert authority.asked == 2  # the second file does not repeat the failed attempt of the first
    assert find_unstamped_hashes(10) == [DIGEST, OTHER]
    authority.instead = None
    tasks.sign_files()
    assert find_unstamped_hashes(10) == []
    assert set(Timestamp.objects.values_list("sha256", flat=True)) == {DIGEST, OTHER}


def test_without_an_authority_no_timestamp_is_requested() -> None:
    archived(DIGEST)
    tasks.sign_files()
    assert not Timestamp.objects.exists()
