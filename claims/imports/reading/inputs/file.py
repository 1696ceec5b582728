"""A file for readers: a byte stream whose beginning can be peeked at."""

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

from claims.imports.reading.mappings.conventions import Conventions
from claims.imports.reading.raw_record import RawRecord, Refusal

#: How much of a file its format is recognised by.
HEAD_BYTES = 64 * 1024


def _ignore_note(_sentence: str) -> None:
    """Do nothing."""


def _return_false() -> bool:
    """Return False, as the default."""
    return False


@dataclass(slots=True)
class File:
    """One decompressed file, from any source."""

    name: str
    """As a person would call it; inside an archive or folder with its path there."""
    stream: io.BufferedReader
    url: str = ""
    """Where it was fetched, if it was."""
    head: bytes = b""
    """Its first bytes, which are still to be read from the stream."""
    note: Callable[[str], None] = _ignore_note
    """Called with a sentence for the importing user about how the file is read."""
    is_unrated: Callable[[], bool] = _return_false
    """Returns whether the importing user agrees to import the reviews without ratings."""

    @classmethod
    def of(cls, name: str, stream: BinaryIO, *, url: str = "") -> "File":
        raw: Any = stream  # any object with `read` will do, although the stubs of `io` demand more
        buffered = io.BufferedReader(raw, HEAD_BYTES)
        return cls(name, buffered, url, buffered.peek(HEAD_BYTES)[:HEAD_BYTES])


class ImportFormat(Protocol):
    """The interface of a reader module. `claims.imports.reading.format_detection` lists them."""

    NAME: str
    """As on the command line: "claimreview", "csv"."""
    TITLE: str
    """In words: "Web page with ClaimReview markup"."""

    def recognise(self, file: File) -> Mapping[str, Any] | None:
        """Return the settings for this file as JSON values if it is of this format; otherwise None.

        Only `file.name` and `file.head` may be used; the stream is not read.
        """

    def read(self, file: File, settings: Mapping[str, Any]) -> Iterator[RawRecord | Refusal]:
        """Yield the reviews of the file in constant memory, and a refusal for each part that cannot be read.

        Never raise an exception because of a file's content: every fault is a `Refusal`.

        Args:
            settings: the settings returned by `recognise`, possibly edited by a person.
        """

    def get_conventions(self, settings: Mapping[str, Any]) -> Conventions:
        """Return the conventions of the values in the file."""
