"""A review ready to be stored: one publisher's judgement on one claim, every value validated."""

from datetime import date
from typing import NamedTuple

from claims.imports.reading.raw_record import RecordLocation

# Tuples, because hundreds of thousands are created, and a frozen dataclass takes three times as long.


class Person(NamedTuple):
    """The claimant as named in the record."""

    name: str
    kind: str = "unknown"
    """One of `Claimant.Kind`."""
    job_title: str = ""
    same_as: tuple[str, ...] = ()


class Outlet(NamedTuple):
    """The publisher of a verdict. Listed publishers are identified by domain, others by name and host."""

    name: str
    domain: str = ""
    """The domain that identifies a listed publisher, such as "politifact.com"; the host of any other publisher, or
    ""."""
    url: str = ""
    country: str = ""
    """ISO 3166-1, or ""."""
    language: str = ""


class Label(NamedTuple):
    """A rating label in the publisher's own words, and its rating class."""

    raw: str
    """The label in the record, without white space at its ends."""
    text: str
    """The official wording of a known label; otherwise the raw label."""
    rating_class: str = ""
    """One of `RatingClass`; "" if the label is not classified."""
    scale: str = ""
    """The name of the publisher's scale; "" if the label is on none."""
    language: str = ""


class Remark(NamedTuple):
    """A value that was left out of a stored record, and why."""

    field: str
    reason: str
    code: str


class Review(NamedTuple):
    """One publisher's judgement on one claim. Without a `rating` it is only a claim, for triage."""

    location: RecordLocation
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
    """http(s) URLs where the claim was made, the first known one first."""
    topics: tuple[str, ...] = ()
    id: str = ""
    url: str = ""
    """The http(s) URL of the review, or ""."""
    title: str = ""
    """The headline of the review."""
    summary: str = ""
    byline: str = ""
    reviewed_on: date | None = None
    review_language: str = ""
    media: tuple[str, ...] = ()
    """http(s) URLs of the pictures, audio or video that it is about. They are also in `appearances`."""
    media_kind: str = ""
    """`image`, `video` or `audio`, or ""."""
    media_authenticity_category: str = ""
    """One of `MediaAuthenticity`, or ""."""
    original_media_context: str = ""
    original_media_url: str = ""
    remarks: tuple[Remark, ...] = ()
