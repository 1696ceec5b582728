"""Receive files on disk in little memory; each is counted and hashed as it arrives."""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files import File
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from sources.http.fetched_documents import Limits, fetch
from sources.media.refused_media import MediaRefused
from sources.media.signatures import HEAD_BYTES

_CHUNK_SIZE = 1 << 20
#: The time limit allows for 8 megabits per second.
_TIMEOUT_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file that was received on disk: its path, hash, size and first bytes."""

    path: Path
    sha256: str
    size: int
    head: bytes
    url: str = ""
    """The URL after redirects."""


def refuse_oversized(size: int | None) -> None:
    """Reject a file by its stated size, before anything is read.

    Raises:
        MediaRefused: the file is larger than allowed.
    """
    if size is not None and size > settings.MEDIA_MAX_BYTES:
        raise MediaRefused(
            "too_large",
            _("The file is %(size)s; the limit is %(most)s. Cut out the relevant part.")
            % {"size": filesizeformat(size), "most": filesizeformat(settings.MEDIA_MAX_BYTES)},
        )


@contextmanager
def receive_file(content: File | bytes | str, *, allow_loopback: bool = False) -> Iterator[ReceivedFile]:
    """Yield the uploaded file, or the file at a URL, until the end of the block.

    Raises:
        MediaRefused: the file is empty or too large.
        FetchError: nothing could be fetched from the URL.
    """
    with tempfile.NamedTemporaryFile(prefix="media-") as file:
        url = ""
        if isinstance(content, str):
            url = _fetch_file(content, file, allow_loopback=allow_loopback)
        else:
            _write_file(content, file)
        file.flush()
        yield _inspect_file(file, url)


def _fetch_file(address: str, file: IO[bytes], *, allow_loopback: bool) -> str:
    limits = Limits(total_seconds=_TIMEOUT_SECONDS, content_bytes=settings.MEDIA_MAX_BYTES)
    response = fetch(address, limits=limits, accepted=None, allow_loopback=allow_loopback, file=file)
    return response.final_url


def _write_file(content: File | bytes, file: IO[bytes]) -> None:
    pieces: Iterable[bytes]
    if isinstance(content, bytes):
        refuse_oversized(len(content))
        pieces = (content,)
    else:
        refuse_oversized(content.size)
        pieces = content.chunks(_CHUNK_SIZE)
    size = 0
    for piece in pieces:
        # The size stated by a client is not trusted.
        size += len(piece)
        refuse_oversized(size)
        file.write(piece)


def _inspect_file(file: IO[bytes], url: str) -> ReceivedFile:
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if not head:
        raise MediaRefused("empty", _("The file is empty. Send it again."))
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # it has `read`, which is all that is needed
    return ReceivedFile(Path(file.name), digest, file.tell(), head, url)
