"""What extraction gives back."""

from dataclasses import dataclass
from datetime import date
from importlib.metadata import version


@dataclass(frozen=True)
class Document:
    """The words of a source and what it says about itself; an empty string (None) where it says nothing.

    `text` has paragraphs separated by one blank line, "\\n" line ends, no control characters, and is NFC. Anchors
    count in it, so it must come out the same for the same bytes, always.
    """

    title: str
    byline: str
    published_on: date | None
    language: str
    publisher: str
    canonical_url: str
    text: str
    media_type: str
    extractor: str


def made_by(package: str) -> str:
    """Name and version of the library that read the bytes, as every snapshot keeps it."""
    return f"{package} {version(package)}"


class ExtractionError(Exception):
    """There is no text to be had from these bytes; `str()` is a sentence for a person, `reason_code` for machines."""

    def __init__(self, reason_code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason_code = reason_code
        self.sentence = sentence
