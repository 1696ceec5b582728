"""What extraction gives back."""

from dataclasses import dataclass
from datetime import date
from importlib.metadata import version

from sources.failures import Failure


@dataclass(frozen=True)
class Metadata:
    """What a source says about itself; an empty string (None) where it says nothing."""

    title: str
    byline: str
    published_on: date | None
    language: str
    publisher: str
    canonical_url: str


@dataclass(frozen=True)
class Document(Metadata):
    """The words of a source and what it says about itself.

    `text` has paragraphs separated by one blank line, "\\n" line ends, no control characters, and is NFC. Anchors
    count in it, so it must come out the same for the same bytes, always.
    """

    text: str
    media_type: str
    extractor: str


def made_by(package: str) -> str:
    """Name and version of the library that read the bytes, as every snapshot keeps it."""
    return f"{package} {version(package)}"


class ExtractionError(Failure):
    """There is no text to be had from these bytes."""
