"""A review that may be stored: one publisher's judgement on one claim, every value settled."""

from dataclasses import dataclass, field
from datetime import date

from claims.importers.found import Found, Place


@dataclass(frozen=True, slots=True)
class Person:
    """Who made the claim, as the record names them."""

    name: str
    kind: str = "unknown"
    """One of `Claimant.Kind`."""
    job_title: str = ""
    same_as: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outlet:
    """Who judged it. Known by the domain where there is one, else by the name."""

    name: str
    domain: str = ""
    """Registrable domain such as "politifact.com", or ""."""
    url: str = ""
    country: str = ""
    """ISO 3166-1, or ""."""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """A judgement in the publisher's own words, and what it amounts to."""

    raw: str
    """Exactly as the record has it, white space at its ends aside."""
    text: str
    """As the publisher's scale words it, where the label is known; otherwise the raw label."""
    normalised: str = ""
    """One of `NormalisedRating`, or "" while nobody has decided."""
    scale: str = ""
    """The name of the publisher's scale, where the label is known to belong to one."""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """A value that was left out of a record that is stored all the same, and why. Nothing is guessed instead."""

    field: str
    reason: str
    code: str


@dataclass(frozen=True, slots=True)
class Review:
    """One publisher's judgement on one claim; without a `rating`, only the claim, for an editor to decide about."""

    place: Place
    statement: str
    """At most 10,000 characters, no control characters, NFC."""
    language: str
    """BCP 47."""
    publisher: Outlet | None = None
    rating: Label | None = None
    claimant: Person | None = None
    claimed_on: date | None = None
    context: str = ""
    appearances: tuple[str, ...] = ()
    """http(s) addresses where the claim was made, the first known one first."""
    topics: tuple[str, ...] = ()
    id: str = ""
    url: str = ""
    """Where the review stands; an http(s) address or ""."""
    summary: str = ""
    byline: str = ""
    reviewed_on: date | None = None
    review_language: str = ""
    remarks: tuple[Remark, ...] = ()
    found: Found | None = field(default=None, compare=False)
