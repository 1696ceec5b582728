"""Identifiers of authorities have one spelling, and distinguish people with the same name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources import identifiers
from tests.helpers.sweeps import sweep

SOLHEIM, NAMESAKE = "https://www.wikidata.org/wiki/Q900000001", "https://www.wikidata.org/wiki/Q900000002"
INSTITUTE, OTHER = "https://ror.org/05a28rw58", "https://ror.org/04ttjf776"


@sweep(
    "written",
    [
        "https://www.wikidata.org/wiki/Q900000001",
        "http://www.wikidata.org/entity/Q900000001",
        "https://m.wikidata.org/wiki/Q900000001",
        "wikidata.org/wiki/q900000001",
        "https://www.wikidata.org/wiki/Special:EntityPage/Q900000001#P31",
        "https://www.wikidata.org/wiki/Special:EntityData/Q900000001.json",
        "https://www.wikidata.org/wiki/Q900000001?uselang=de",
        " https://www.wikidata.org/wiki/Item:Q900000001 ",
    ],
)
def test_an_item_has_one_address(written: str) -> None:
    assert identifiers.normalise_identifier(written) == SOLHEIM


@sweep(
    "address",
    [
        "https://example.org/wiki/Q900000001",
        "https://www.wikidata.org/wiki/Q900000001/talk",
        "https://www.wikidata.org/wiki/Lexeme:L1",
        "https://www.wikidata.org/wiki/Q0",
        "https://www.wikidata.org.example/wiki/Q900000001",
        "https://example.org/?next=https://www.wikidata.org/wiki/Q900000001",
        "https://ror.org/about",
        "",
    ],
)
def test_other_addresses_are_unchanged(address: str) -> None:
    assert identifiers.normalise_identifier(address) == address
    assert identifiers.get_authority(address) == ""


@pytest.mark.parametrize("written", ["ror.org/05A28RW58", "http://www.ror.org/05a28rw58/", INSTITUTE])
def test_an_organisation_has_one_address(written: str) -> None:
    assert identifiers.normalise_identifier(written) == INSTITUTE


@sweep(
    ("written", "meant"),
    [
        ("Q900000001", SOLHEIM),
        ("wd:q900000001", SOLHEIM),
        ("05a28rw58", INSTITUTE),
        ("ror:05a28rw58", INSTITUTE),
        # A slip in the last digit, which the check digits find.
        ("05a28rw57", ""),
        ("Q", ""),
        ("Q9 Street", ""),
        ("example.org", ""),
    ],
)
def test_an_identifier_may_be_alone(written: str, meant: str) -> None:
    assert identifiers.expand_identifier(written) == meant


@given(st.text(max_size=60) | st.from_regex(r"https?://(www\.)?(wikidata|ror)\.org/[a-zA-Z0-9/:#?]{0,20}"))
def test_a_spelling_is_final(text: str) -> None:
    once = identifiers.normalise_identifier(text)
    assert identifiers.normalise_identifier(once) == once


@sweep(
    ("one", "other", "same", "somebody_else"),
    [
        ([SOLHEIM], ["http://www.wikidata.org/entity/Q900000001"], True, False),
        ([SOLHEIM], [NAMESAKE], False, True),
        ([SOLHEIM], [], False, False),
        ([SOLHEIM], ["https://solheim.example"], False, False),
        ([SOLHEIM], [INSTITUTE], False, False),
        # After a merge at Wikidata a row has two, and is still one.
        ([SOLHEIM, NAMESAKE], [NAMESAKE], True, False),
        # Two authorities that contradict each other prove no identity.
        ([SOLHEIM, INSTITUTE], [SOLHEIM, OTHER], False, True),
        (["https://same.example"], ["https://same.example"], False, False),
    ],
)
def test_authorities_identify_people(
    one: list[str], other: list[str], same: bool, somebody_else: bool
) -> None:
    assert identifiers.are_same_entity(one, other) is identifiers.are_same_entity(other, one) is same
    assert (
        identifiers.are_different_entities(one, other)
        is identifiers.are_different_entities(other, one)
        is somebody_else
    )
