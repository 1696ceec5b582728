"""The result of extraction."""

from dataclasses import dataclass
from datetime import date
from importlib.metadata import version

from sources.failures import Failure

#: The maximum number of bytes read.
MAX_BYTES = 10_000_000
#: The maximum number of characters stored: a book of some 500 pages. Later steps read the whole text.
MAX_LENGTH = 1_000_000


@dataclass(frozen=True, slots=True)
class Caveat:
    """A warning about an extracted text, for example that part of the page was not read."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Cue:
    """A part of a transcript and its time range (WebVTT's term)."""

    at: int
    """The offset of its first character in the text; the cue ends where the next one begins."""
    begins: float
    ends: float
    """The end of its time range, in seconds from the start of the recording."""


@dataclass(frozen=True)
class Metadata:
    """The metadata that a source states; missing values are "" or None."""

    title: str
    byline: str
    published_on: date | None
    language: str
    publisher: str
    canonical_url: str


@dataclass(frozen=True)
class Document(Metadata):
    """The text and metadata of a source.

    `text` is in NFC, has one blank line between paragraphs and "\\n" at line ends, and contains no control characters.
    Anchors are offsets into `text`, so the same bytes must always give the same text.
    """

    text: str
    media_type: str
    extractor: str
    caveats: tuple[Caveat, ...] = ()
    cues: tuple[Cue, ...] = ()
    """The cues of a transcript, which cover the whole text; empty for any other text."""


def describe_extractor(package: str) -> str:
    """Return the name and version of the library that read the bytes; every snapshot stores it."""
    return f"{package} {version(package)}"


class ExtractionError(Failure):
    """No text can be extracted from these bytes."""
