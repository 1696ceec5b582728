"""Inputs for an article: a URL, a file, or standard input."""

import sys
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from factcheck.translatable_messages import TranslatableError
from sources.addresses import is_address
from sources.extraction import MAX_BYTES
from sources.http.fetched_documents import FetchedDocument, fetch

STANDARD_INPUT = "-"


class ReadingError(TranslatableError):
    """The input cannot be read; `str()` is a sentence for a person."""


@dataclass(frozen=True, slots=True)
class Material:
    """The bytes of a document, with its known details. Missing details are read from the document."""

    content: bytes
    url: str = ""
    """The requested URL."""
    final_url: str = ""
    """The URL after redirects."""
    content_type: str = ""
    charset: str | None = None
    filename: str = ""
    fetched_at: datetime | None = None
    transcript: bytes = b""
    """The transcript of the recording that the document shows. If given, it is the text, and its bytes are
    archived."""
    transcript_name: str = ""

    @classmethod
    def fetched(cls, document: FetchedDocument) -> "Material":
        return cls(
            document.content,
            url=document.url,
            final_url=document.final_url,
            content_type=document.content_type,
            charset=document.charset,
            fetched_at=document.fetched_at,
        )


def read_material(location: str) -> Material:
    """Read the material at a URL, in a file or, for `-`, on standard input.

    Raises:
        ReadingError: the file cannot be read.
        FetchError: nothing could be fetched from the URL.
    """
    if location == STANDARD_INPUT:
        return Material(sys.stdin.buffer.read(MAX_BYTES + 1))
    if is_address(location):
        return Material.fetched(fetch(location))
    return Material(_read_file(Path(location)), filename=Path(location).name)


def add_transcript(material: Material, file: str) -> Material:
    """Add the transcript file to the material of a recording's page.

    Raises:
        ReadingError: the file cannot be read, or is empty.
    """
    transcript = _read_file(Path(file))
    if not transcript.strip():
        raise ReadingError("“%(file)s” is empty. Check that the transcript was saved completely.", file=file)
    return replace(material, transcript=transcript, transcript_name=Path(file).name)


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            # One byte more than extraction accepts, so that a larger file is refused without reading all of it.
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ReadingError(
            "There is no file “%(path)s”. Check the path; an address to fetch begins with https://.",
            path=path,
        ) from None
    except IsADirectoryError:
        raise ReadingError("“%(path)s” is a folder. Name one file in it.", path=path) from None
    except PermissionError:
        raise ReadingError(
            "This user cannot read “%(path)s”. Change its permissions, or copy it.", path=path
        ) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ReadingError("“%(path)s” cannot be read: %(reason)s.", path=path, reason=reason) from None
