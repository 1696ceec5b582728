"""A record of an authority that a name may refer to."""

from dataclasses import dataclass
from enum import StrEnum


class EntityKind(StrEnum):
    """The sort of entity to look for."""

    PERSON = "person"
    ORGANIZATION = "organization"
    SUBJECT = "subject"
    ANY = "any"


@dataclass(frozen=True)
class AuthorityRecord:
    """A candidate entity for a name.

    Attributes:
        description: distinguishes it from others of the name: "Norwegian politician (born 1971)".
        same_as: its addresses at authorities, spelled as `sources.identifiers.normalise_identifier` does.
        country: ISO 3166-1 alpha-2, or "".
        website: the official one, or "".
    """

    name: str
    description: str
    same_as: tuple[str, ...]
    country: str = ""
    website: str = ""


class AuthorityUnavailable(Exception):
    """An authority gave no usable answer; `str()` is a sentence for users."""
