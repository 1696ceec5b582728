"""Whatever is sent as a page: it is believed as it was signed, or not, and nothing else happens."""

import contextlib
from typing import Any

import orjson
import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from claims.features.federation.ledger_pages import (
    LedgerPage,
    Signer,
    VerificationFailed,
    extract_origin,
    find_own_verdict,
    parse_page,
    verify_page,
)
from claims.ledger.house_signature import build_signed_text, get_public_key, sign_text
from claims.ledger.proofs.entry_text import EntryFacts, build_entry_text, compute_chain_hash
from claims.models.ledger_rules import ZERO_SHA256
from tests.helpers.sweeps import sweep

SITE = "https://check.example"
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
NAMES = (
    "sequence",
    "claim_id",
    "status",
    "note",
    "published_at",
    "merged_into",
    "body_sha256",
    "claim",
    "signature",
)
CHANGES = st.dictionaries(st.sampled_from(NAMES), VALUES)


@pytest.mark.slow
@given(st.binary(max_size=200) | VALUES.map(lambda value: repr(value).encode()))
def test_no_content_is_an_error_of_ours(content: bytes) -> None:
    with contextlib.suppress(VerificationFailed):
        parse_page(content)


@pytest.mark.slow
@given(st.lists(CHANGES, max_size=3), st.booleans())
def test_no_entry_is_an_error_of_ours_signed_or_not(changes: list[dict[str, Any]], is_signed: bool) -> None:
    with override_settings(SIGNING_KEY="theirs"):
        house = {"name": "A", "url": SITE, "key": get_public_key()}
        try:
            content = orjson.dumps({"house": house, "more": False, "results": changes})
            sent = orjson.loads(content)["results"]
            if is_signed:
                sent = [change | {"signature": _signed(change)} for change in sent]
                content = orjson.dumps({"house": house, "more": False, "results": sent})
        except TypeError:  # numbers that JSON of this kind does not have
            return
        page = parse_page(content)
        with contextlib.suppress(VerificationFailed):
            assert (
                verify_page(
                    page, key=house["key"], site=SITE, last_sequence=0, last_change="", max_entries=100
                )
                == []
            )


def _signed(change: dict[str, Any]) -> str:
    return sign_text(
        build_signed_text({name: change[name] for name in change if name not in ("signature", "claim")})
    )


@given(VALUES)
def test_no_verdicts_are_an_error(verdicts: Any) -> None:
    assert find_own_verdict({"verdicts": verdicts}) is None


@sweep(
    ("address", "site"),
    [
        ("https://check.example/claims/7/?a=b#c", "https://check.example"),
        ("HTTPS://Check.Example:8443/", "https://check.example:8443"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
        ("https://check.example./", "https://check.example"),
        ("https://ada:secret@check.example/", ""),
        ("https://check.example:port/", ""),
        ("ftp://check.example/", ""),
        ("//check.example/", ""),
        ("check.example", ""),
    ],
)
def test_the_site_of_an_address(address: str, site: str) -> None:
    assert extract_origin(address) == site


def chained(*previous: str | None) -> list[dict[str, Any]]:
    """Signed entries as we serve them, each with the hash of the one before, beginning with the given hash."""
    told = []
    for number, before in enumerate(previous, 1):
        facts = EntryFacts(
            number, 7, number, "retracted", "retraction", "2026-05-01T12:00:00.000000Z", None, "0" * 64
        )
        change = facts._asdict() | {"note": "n", "body_sha256": "1" * 64}
        if before is not None:
            change["chain_sha256"] = compute_chain_hash(build_entry_text(facts, before))
        told.append(change | {"signature": _signed(change), "claim": None})
    return told


@sweep(
    ("previous", "refused"),
    [
        ([ZERO_SHA256, compute_chain_hash(b"another")], "Entry 2 does not follow"),
        (["1" * 64], "Entry 1 does not follow"),
        ([ZERO_SHA256, None], "Entry 2 no longer contains its hash chain"),
        ([None, None], ""),
    ],
)
def test_entries_go_on_from_each_other(previous: list[str | None], refused: str) -> None:
    with override_settings(SIGNING_KEY="theirs"):
        key = get_public_key()
        page = LedgerPage(Signer("A", SITE, key), False, chained(*previous))
        expected = pytest.raises(VerificationFailed, match=refused) if refused else contextlib.nullcontext()
        with expected:
            assert len(
                verify_page(page, key=key, site=SITE, last_sequence=0, last_change="", max_entries=9)
            ) == len(previous)


def test_chain_that_holds_is_believed() -> None:
    with override_settings(SIGNING_KEY="theirs"):
        key = get_public_key()
        [first] = chained(ZERO_SHA256)
        page = LedgerPage(Signer("A", SITE, key), False, chained(ZERO_SHA256, first["chain_sha256"]))
        assert len(verify_page(page, key=key, site=SITE, last_sequence=0, last_change="", max_entries=9)) == 2
