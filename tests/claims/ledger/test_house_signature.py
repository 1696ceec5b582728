"""The newsroom's signatures cannot be forged."""

import hashlib
from base64 import urlsafe_b64decode
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from claims.ledger.house_signature import (
    build_signed_text,
    compute_fingerprint,
    get_public_key,
    is_signed_by,
    sign_text,
)
from tests.helpers.sweeps import sweep


def test_the_key_follows_its_own_secret_before_that_of_the_site(settings: Any) -> None:
    settings.SECRET_KEY, settings.SIGNING_KEY = "site", ""
    of_the_site = get_public_key()
    settings.SIGNING_KEY = "ledger"
    of_the_ledger = get_public_key()
    settings.SECRET_KEY = "another"
    assert get_public_key() == of_the_ledger != of_the_site
    settings.SIGNING_KEY = "site"
    assert get_public_key() == of_the_site


def test_only_signed_data_are_accepted(settings: Any) -> None:
    settings.SIGNING_KEY = "ours"
    text = build_signed_text({"sequence": 1, "note": "é"})
    assert text == '{"note":"é","sequence":1}'.encode()
    ours, key = sign_text(text), get_public_key()
    assert is_signed_by(key, text, ours)
    assert not is_signed_by(key, text + b" ", ours)
    settings.SIGNING_KEY = "theirs"
    assert not is_signed_by(get_public_key(), text, ours)
    assert not is_signed_by(key, text, sign_text(text))


@given(st.text(max_size=100), st.text(max_size=100))
def test_no_key_and_no_signature_of_any_kind_is_an_error(key: str, signed: str) -> None:
    assert not is_signed_by(key, b"{}", signed)


def test_a_fingerprint_is_read_aloud_in_groups() -> None:
    key = get_public_key()
    assert (
        compute_fingerprint(key).replace(" ", "")
        == hashlib.sha256(urlsafe_b64decode(key + "=")).hexdigest()[:32]
    )
    assert [len(group) for group in compute_fingerprint(key).split()] == [4] * 8


@sweep("key", ["", "A", "A" * 42, "A" * 44])
def test_a_key_of_another_length_signs_nothing(key: str) -> None:
    assert not is_signed_by(key, b"", "A" * 86)
