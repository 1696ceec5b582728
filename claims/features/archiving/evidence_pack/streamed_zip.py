"""A ZIP written as a stream, in constant memory. The same content gives the same bytes.

Nothing is compressed here: large files are compressed already, and a new compressor version would change the bytes.
"""

import hashlib
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, cast

#: The earliest time that ZIP can store, set for all files so that the bytes do not depend on the time of packing.
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
#: A regular file that everyone can read (Unix permissions 0644).
_FILE_MODE = 0o100644 << 16
#: From this size on, ZIP needs 64-bit fields.
_ZIP64_SIZE = 2**31 - 2**20

Chunks = Iterable[bytes]


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A file to be packed: its path in the ZIP, and its content."""

    path: str
    iterate_chunks: Callable[[], Chunks]
    size: int = 0
    """The approximate size, if known in advance."""

    @classmethod
    def from_bytes(cls, path: str, content: bytes) -> "PackedFile":
        return cls(path, lambda: [content], len(content))


@dataclass(frozen=True, slots=True)
class PackedDigest:
    """The path, size and SHA-256 of a packed file."""

    path: str
    size: int
    sha256: str


class _PendingOutput:
    """A write-only buffer without a position, so that the ZIP writer cannot change earlier bytes."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, chunk: bytes) -> int:
        self._written.append(bytes(chunk))
        return len(chunk)

    def flush(self) -> None:
        """Do nothing, because nothing is buffered."""

    def drain(self) -> bytes:
        chunk = b"".join(self._written)
        self._written.clear()
        return chunk


@dataclass
class StreamedZip:
    """A ZIP under construction: `add()` each file, then `end()`; both yield bytes of the ZIP."""

    digests: list[PackedDigest] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._sink = _PendingOutput()
        self._zip = zipfile.ZipFile(cast(IO[bytes], self._sink), "w", zipfile.ZIP_STORED)

    def add(self, file: PackedFile) -> Iterator[bytes]:
        zip_info = zipfile.ZipInfo(file.path, _FIXED_TIME)
        zip_info.external_attr = _FILE_MODE
        zip_info.create_system = 3
        digest, size = hashlib.sha256(), 0
        with self._zip.open(zip_info, "w", force_zip64=file.size >= _ZIP64_SIZE) as packed_file:
            for chunk in file.iterate_chunks():
                digest.update(chunk)
                size += len(chunk)
                packed_file.write(chunk)
                yield self._sink.drain()
        self.digests.append(PackedDigest(file.path, size, digest.hexdigest()))
        yield self._sink.drain()

    def end(self) -> Iterator[bytes]:
        self._zip.close()
        yield self._sink.drain()
