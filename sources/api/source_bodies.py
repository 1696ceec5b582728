"""The public data of publishers, sources and snapshots, as types from which serializers are derived."""

from typing import Annotated, TypedDict

from factcheck.api.openapi.body_serializer import Day, Moment, WebAddress
from sources.models import Publisher, Source


class PublicPublisher(TypedDict):
    """The publisher of a verdict or a source (schema.org Organization)."""

    id: int
    name: str
    kind: Annotated[str, Publisher.Kind]
    url: Annotated[str, "The URL of the site; empty if unknown."]
    domain: Annotated[str, "The registrable domain of the site; empty if unknown."]
    country: Annotated[str, "ISO 3166-1 alpha-2; empty if unknown."]
    same_as: Annotated[
        list[WebAddress], "URLs that identify the publisher elsewhere, such as Wikidata or ROR."
    ]


class PublicSource(TypedDict):
    """A document (schema.org CreativeWork)."""

    id: int
    title: str
    kind: Annotated[str, Source.Kind]
    url: Annotated[str, "Empty if the source has no URL."]
    archived_url: Annotated[str, "URL of an archived copy; empty if there is none."]
    byline: str
    published_on: Day | None
    language: Annotated[str, "BCP 47; empty if unknown."]
    publisher: PublicPublisher | None


class PublicSnapshot(TypedDict):
    """The text of a source at one moment, identified by its hash."""

    id: int
    number: Annotated[int, "Snapshots of a source are numbered from 1."]
    captured_at: Moment
    text_sha256: str


class PublicQuote(TypedDict):
    """A passage, as in the W3C Web Annotation data model."""

    exact: Annotated[str, "The exact words (TextQuoteSelector); empty without a quote."]
    prefix: Annotated[str, "The text before the words."]
    suffix: Annotated[str, "The text after the words."]
    start: Annotated[
        int | None,
        "Where the words begin in the snapshot's text, in code points (TextPositionSelector).",
    ]
    end: int | None


class PublicQuotedSource(PublicQuote):
    """A quoted passage and its source."""

    source: PublicSource
    snapshot: PublicSnapshot | None
