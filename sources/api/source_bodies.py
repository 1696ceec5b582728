"""The public data of publishers, sources and snapshots, key by key.

`factcheck.api.openapi.body_serializer` explains how these types become serializers.
"""

from typing import Annotated, TypedDict

from factcheck.api.openapi.body_serializer import Day, Moment, WebAddress
from sources.models import Publisher, Source


class PublicPublisher(TypedDict):
    """The publisher of a verdict or a source (schema.org Organization)."""

    id: int
    name: str
    kind: Annotated[str, Publisher.Kind]
    url: Annotated[str, "The site; empty when not known."]
    domain: Annotated[str, "The registrable domain of the site; empty when not known."]
    country: Annotated[str, "ISO 3166-1 alpha-2; empty when not known."]
    same_as: Annotated[
        list[WebAddress], "Addresses that identify the publisher elsewhere, such as Wikidata or ROR."
    ]


class PublicSource(TypedDict):
    """A document (schema.org CreativeWork)."""

    id: int
    title: str
    kind: Annotated[str, Source.Kind]
    url: Annotated[str, "Empty when it has no address."]
    archived_url: Annotated[str, "An archived copy; empty when there is none."]
    byline: str
    published_on: Day | None
    language: Annotated[str, "BCP 47; empty when not known."]
    publisher: PublicPublisher | None


class PublicSnapshot(TypedDict):
    """The text of a source at one moment, identified by its hash."""

    id: int
    number: Annotated[int, "Snapshots of a source are numbered from 1."]
    captured_at: Moment
    text_sha256: str


class PublicQuote(TypedDict):
    """A passage, as in the W3C Web Annotation data model."""

    exact: Annotated[str, "The exact words (TextQuoteSelector); empty when none are quoted."]
    prefix: Annotated[str, "The words before."]
    suffix: Annotated[str, "The words after."]
    start: Annotated[
        int | None,
        "Where the words begin in the snapshot's text, in code points (TextPositionSelector).",
    ]
    end: int | None


class PublicQuotedSource(PublicQuote):
    """A passage and its source."""

    source: PublicSource
    snapshot: PublicSnapshot | None
