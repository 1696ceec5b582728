"""A candidate for a name: an entity as an authority records it."""

from dataclasses import dataclass
from enum import StrEnum


class EntityKind(StrEnum):
    """The kind of entity that a name is expected to refer to."""

    PERSON = "person"
    ORGANIZATION = "organization"
    SUBJECT = "subject"
    ANY = "any"


@dataclass(frozen=True)
class AuthorityRecord:
    """A candidate entity for a name.

    Attributes:
        description: distinguishes the entity from namesakes: "Norwegian politician (born 1971)".
        same_as: the entity's URLs at authorities, as normalised by `sources.identifiers.normalise_identifier`.
        country: ISO 3166-1 alpha-2, or "".
        website: the official website, or "".
    """

    name: str
    description: str
    same_as: tuple[str, ...]
    country: str = ""
    website: str = ""


class AuthorityUnavailable(Exception):
    """An authority returned no usable response; `str()` is a sentence for users."""
