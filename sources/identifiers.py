"""Identifiers of authorities: Wikidata for everything, ROR for research organisations.

People and files write identifiers in a dozen ways. Here each is normalised to one URL, so that two rows, files or
newsrooms can be seen to mean the same entity.
"""

import re
from collections.abc import Iterable

WIKIDATA_PREFIX = "https://www.wikidata.org/wiki/"
ROR_PREFIX = "https://ror.org/"

_WIKIDATA_URL = re.compile(
    r"(?:https?://)?(?:www\.|m\.|www\.m\.)?wikidata\.org/(?:wiki/|entity/)(?:Special:(?:EntityPage|EntityData)/|Item:)?"
    r"(?P<item>Q[1-9]\d{0,11})(?:\.json)?/?(?:[?#].*)?",
    re.IGNORECASE,
)
_WIKIDATA_NAME = re.compile(r"(?:wd:|wikidata:)?\s*(?P<item>Q[1-9]\d{0,11})", re.IGNORECASE)
_ROR_URL = re.compile(
    r"(?:https?://)?(?:www\.)?ror\.org/(?P<name>0[a-z0-9]{6}\d{2})/?(?:[?#].*)?", re.IGNORECASE
)
_ROR_NAME = re.compile(r"(?:ror:)?\s*(?P<name>0[a-z0-9]{6}\d{2})", re.IGNORECASE)

_IDENTIFIERS = {
    WIKIDATA_PREFIX: re.compile(re.escape(WIKIDATA_PREFIX) + r"Q[1-9][0-9]{0,11}"),
    ROR_PREFIX: re.compile(re.escape(ROR_PREFIX) + r"0[a-z0-9]{6}[0-9]{2}"),
}

#: Douglas Crockford's base 32, in which ROR writes numbers.
_CROCKFORD_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"


def normalise_identifier(address: str) -> str:
    """Return the canonical URL of an authority's identifier; any other URL unchanged.

    The whole URL must match: a URL with more after the identifier leads to a different page.

    >>> normalise_identifier("http://www.wikidata.org/entity/Q64"), normalise_identifier("https://example.org/Q64")
    ('https://www.wikidata.org/wiki/Q64', 'https://example.org/Q64')
    """
    text = address.strip()
    if match := _WIKIDATA_URL.fullmatch(text):
        return WIKIDATA_PREFIX + match["item"].upper()
    if match := _ROR_URL.fullmatch(text):
        return ROR_PREFIX + match["name"].lower()
    return address


def expand_identifier(text: str) -> str:
    """Return the URL of a bare identifier (`Q64`, `wd:Q64`, `05a28rw58`), or ""."""
    text = text.strip()
    if match := _WIKIDATA_NAME.fullmatch(text):
        return WIKIDATA_PREFIX + match["item"].upper()
    if (match := _ROR_NAME.fullmatch(text)) and is_ror(match["name"]):
        return ROR_PREFIX + match["name"].lower()
    return ""


def is_ror(name: str) -> bool:
    """Return whether the check digits of a ROR identifier are right (ISO/IEC 7064, MOD 97-10)."""
    number = 0
    for character in name[:7].lower():
        if (value := _CROCKFORD_DIGITS.find(character)) < 0:
            return False
        number = number * 32 + value
    return int(name[7:]) == 98 - number * 100 % 97


def get_authority(address: str) -> str:
    """Return the authority of a normalised identifier, or "" for any other URL."""
    return next((authority for authority, pattern in _IDENTIFIERS.items() if pattern.fullmatch(address)), "")


def group_by_authority(addresses: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return the authorities among these URLs, each with its normalised identifiers. Other URLs are dropped."""
    identifiers: dict[str, set[str]] = {}
    for address in map(normalise_identifier, addresses):
        if authority := get_authority(address):
            identifiers.setdefault(authority, set()).add(address)
    return {
        authority: frozenset(authority_identifiers)
        for authority, authority_identifiers in identifiers.items()
    }


def are_different_entities(identifiers: Iterable[str], other_identifiers: Iterable[str]) -> bool:
    """Return whether an authority has different identifiers for the two entities."""
    ids, other_ids = group_by_authority(identifiers), group_by_authority(other_identifiers)
    return any(ids[authority].isdisjoint(other_ids[authority]) for authority in ids.keys() & other_ids.keys())


def are_same_entity(identifiers: Iterable[str], other_identifiers: Iterable[str]) -> bool:
    """Return whether an authority has the same identifier for both entities, and none has different identifiers."""
    own_ids, other_ids = group_by_authority(identifiers), group_by_authority(other_identifiers)
    common_authorities = own_ids.keys() & other_ids.keys()
    return bool(common_authorities) and all(
        not own_ids[authority].isdisjoint(other_ids[authority]) for authority in common_authorities
    )
