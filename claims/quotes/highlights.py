"""The passages quoted by a publication, read from its body. Pure."""

from collections.abc import Iterator
from typing import Any, NamedTuple


class QuotedPlace(NamedTuple):
    """A span of a snapshot that a publication quotes."""

    snapshot: int
    start: int
    end: int


class PublishedQuote(NamedTuple):
    """A quote in the body of a publication."""

    place: QuotedPlace
    cited_by: str
    """The kind of row: `appearance` or `evidence`."""
    quoted_item: dict[str, Any]


def find_published_quotes(body: dict[str, Any]) -> Iterator[PublishedQuote]:
    """Yield the quotes of a publication that have a position."""
    evidence = (item for verdict in body["verdicts"] for item in verdict["evidence"])
    for cited_by, items in (("appearance", body["appearances"]), ("evidence", evidence)):
        for quote in items:
            if quote["snapshot"] and quote["start"] is not None:
                quoted_place = QuotedPlace(quote["snapshot"]["id"], quote["start"], quote["end"])
                yield PublishedQuote(quoted_place, cited_by, quote)
