"""The file that format readers receive: a byte stream and its first bytes."""

import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

from backports import zstd

from claims.imports.reading.raw_record import RawRecord, RecordLocation, Refusal, build_refusal
from factcheck.translatable_messages import TranslatableMessage

#: The number of bytes at the start of a file from which its format is recognised.
HEAD_BYTES = 64 * 1024


def _ignore_note(_sentence: str) -> None:
    """Do nothing, as the default of `File.note`."""


def _return_false() -> bool:
    """Return False, as the default of `File.allows_unrated`."""
    return False


#: The maximum compression ratio. Repetitive text reaches 50; a file beyond this was made to fill memory and disks.
MAX_RATIO = 200
#: The unpacked size allowed for any file, however small.
ALWAYS_ALLOWED_BYTES = 64 * 1024 * 1024

CHUNK_BYTES = 64 * 1024

#: All exceptions that decoders raise for damaged data.
DAMAGE_ERRORS = (
    OSError,
    EOFError,
    ValueError,
    zlib.error,
    lzma.LZMAError,
    zstd.ZstdError,
    tarfile.TarError,
    zipfile.BadZipFile,
)


class OutputTooLarge(OSError):
    """An archive unpacks to an implausible size."""


class CountedStream(io.RawIOBase):
    """An input stream that reports how much has been read."""

    def __init__(self, stream: BinaryIO, report_progress: Callable[[int], None]) -> None:
        self._stream = stream
        self._report_progress = report_progress
        self._seekable = stream.seekable()
        self._position = 0
        self.reached = 0
        """How many bytes of it have been read, or passed by, at most."""
        self.is_reported_elsewhere = False
        """Whether another part reports the progress, because this is not read from beginning to end."""
        self._reported_position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._seekable

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._position = self._stream.seek(offset, whence)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: Any) -> int:
        chunk = self._stream.read(len(buffer))
        buffer[: len(chunk)] = chunk
        self._position += len(chunk)
        self.reached = max(self.reached, self._position)
        if not self.is_reported_elsewhere:
            self.report_position(self.reached)
        return len(chunk)

    def report_position(self, position: int) -> None:
        """Report that the input has been read up to this position."""
        if position > self._reported_position:
            self._report_progress(position - self._reported_position)
            self._reported_position = position

    def finish(self) -> None:
        """Report the rest of the input as read, although it was skipped."""
        if self._seekable:
            self.reached = max(self.reached, self._stream.seek(0, io.SEEK_END))
        self.report_position(self.reached)


class Budget:
    """The limit on the unpacked size of one input, over all layers of compression."""

    def __init__(self, source: CountedStream) -> None:
        self.source = source
        self._unpacked_bytes = 0

    def spend(self, count: int) -> None:
        self._unpacked_bytes += count
        if self._unpacked_bytes > ALWAYS_ALLOWED_BYTES + MAX_RATIO * self.source.reached:
            raise OutputTooLarge(f"it unpacks to more than {MAX_RATIO} times its size")


class DecodedStream(io.RawIOBase):
    """The output of a decoder. It ends at damaged data, and `damage` stores the error."""

    def __init__(
        self, stream: Any, budget: Budget, report_position: Callable[[int], None] = lambda _position: None
    ) -> None:
        # One step of the decoder at a time: in a larger step, the output before the damage would be lost.
        self._read = getattr(stream, "read1", stream.read)
        self._budget = budget
        self._report_position = report_position
        self._remaining = b""
        self._decoded_bytes = 0
        self._is_over = False
        self.damage: Exception | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        filled_bytes = 0
        while filled_bytes < len(buffer):
            if not self._remaining:
                self._advance()
            if not self._remaining:
                break
            chunk = self._remaining[: len(buffer) - filled_bytes]
            buffer[filled_bytes : filled_bytes + len(chunk)] = chunk
            self._remaining = self._remaining[len(chunk) :]
            filled_bytes += len(chunk)
        return filled_bytes

    def _advance(self) -> None:
        if self._is_over:
            return
        try:
            chunk = self._read(CHUNK_BYTES)
            self._budget.spend(len(chunk))
        except DAMAGE_ERRORS as error:
            self.damage = error
            self._is_over = True
            return
        self._remaining = chunk
        self._is_over = not chunk
        self._decoded_bytes += len(chunk)
        self._report_position(self._decoded_bytes)


def refuse_damaged(name: str, error: Exception) -> Refusal:
    """Return the refusal for a damaged input."""
    if isinstance(error, OutputTooLarge):
        return build_refusal(
            RecordLocation(name, "the whole file"),
            "too large when unpacked",
            "The rest of “%(name)s” cannot be read: %(error)s.",
            name=name,
            error=error,
        )
    reason = str(error).rstrip(".") or type(error).__name__
    return build_refusal(
        RecordLocation(name, "the whole file"),
        "damaged archive",
        "“%(name)s” is damaged (%(why)s). The part before the damage was read. Download the file again.",
        name=name,
        why=reason,
    )


@dataclass(slots=True)
class File:
    """One decompressed file, from any source."""

    name: str
    """Its name for people; inside an archive or folder, with its path there."""
    stream: io.BufferedReader
    url: str = ""
    """The URL it was fetched from, if any."""
    head: bytes = b""
    """The first bytes, which are not consumed from the stream."""
    note: Callable[[str], None] = _ignore_note
    """Called with a note for the importing user about how the file is read."""
    allows_unrated: Callable[[], bool] = _return_false
    """Returns whether the importing user agrees to import the reviews without ratings."""

    @classmethod
    def from_stream(cls, name: str, stream: BinaryIO, *, url: str = "") -> "File":
        source: Any = stream  # any object with `read` will do, although the stubs of `io` demand more
        buffered_stream = io.BufferedReader(source, HEAD_BYTES)
        return cls(name, buffered_stream, url, buffered_stream.peek(HEAD_BYTES)[:HEAD_BYTES])


class ImportFormat(Protocol):
    """The interface of a reader module. `claims.imports.reading.recipe` lists them."""

    NAME: str
    """The name on the command line: "claimreview", "csv"."""
    TITLE: TranslatableMessage
    """The title for people: "Web page with ClaimReview markup"."""

    def recognise(self, file: File) -> Mapping[str, Any] | None:
        """Return the settings for this file as JSON values if it is of this format; otherwise None.

        Only `file.name` and `file.head` may be used; the stream is not read.
        """

    def read(self, file: File, settings: dict[str, Any]) -> Iterator[RawRecord | Refusal]:
        """Yield the reviews of the file in constant memory, and a refusal for each part that cannot be read.

        Never raise an exception because of a file's content: every fault is a `Refusal`.

        Args:
            settings: the settings returned by `recognise`, possibly edited by a person. The reader adds what is known
                only after reading the file.
        """
