"""Outputs of an export: standard output, or a file with its state beside it."""

import fcntl
import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, Any, Protocol

from django.utils.translation import gettext

BLOCK_SIZE = 1024 * 1024
#: The interval between records of the state of a file. Anything after the last record is exported again.
REPORT_SECONDS = 2.0

#: Called with the number of claims written.
Progress = Callable[[int], None]


class OutputError(Exception):
    """The file cannot be written or continued; `str()` is a sentence for a person."""


@dataclass(frozen=True)
class ExportPosition:
    """A position in an export: after this entry, in this part."""

    part: int
    sequence: int


class Output(Protocol):
    """An output of export formats."""

    begins_after: ExportPosition | None
    """The position to continue from; None at the beginning."""
    claims: int
    """The number of claims written."""

    def read_written(self) -> Iterable[bytes]:
        """Return the lines that are already written."""

    def write(self, chunk: bytes) -> Any: ...

    def complete(self, position: ExportPosition, claims: int = 1) -> None:
        """Record that everything before this position is written, and add to the number of written claims."""


@dataclass(frozen=True)
class ExportState:
    """The state of an export to a file: its position, and the verified part of the file."""

    asked: dict[str, Any]
    """The options of the export (format, versions, filter). An export with other options cannot continue it."""
    sequence: int
    published_at: str
    place: ExportPosition | None = None
    claims: int = 0
    bytes: int = 0
    sha256: str = hashlib.sha256().hexdigest()

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def read(cls, path: Path) -> "ExportState":
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            place = values.pop("place")
            return cls(**values, place=ExportPosition(**place) if place else None)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise OutputError(
                gettext("%(path)s cannot be read. Delete it, and start again without --resume.")
                % {"path": path}
            ) from None


class _BlockWriter:
    """A writer that joins data into blocks, and counts and hashes the blocks.

    A thread writes and hashes one block while the next is read, so that PostgreSQL need not wait.
    """

    def __init__(
        self, file: IO[bytes], progress: Progress, begins_after: ExportPosition | None = None
    ) -> None:
        self.begins_after, self.claims, self.bytes, self.hash = begins_after, 0, 0, hashlib.sha256()
        self._file, self._progress = file, progress
        self._waiting: list[bytes] = []
        self._length = 0
        self._writer = ThreadPoolExecutor(1, "export")
        self._written: Future[None] | None = None

    def write(self, chunk: bytes) -> int:
        self._waiting.append(chunk)
        self._length += len(chunk)
        if self._length >= BLOCK_SIZE:
            self.flush()
        return len(chunk)

    def flush(self) -> None:
        """Write the buffered data after the earlier data."""
        block = b"".join(self._waiting)
        self._waiting, self._length = [], 0
        self.wait_for_writes()
        self._written = self._writer.submit(self._store, block)
        self.bytes += len(block)
        self._progress(self.claims)

    def wait_for_writes(self) -> None:
        """Wait until all flushed data is written, and raise any error."""
        if self._written:
            self._written.result()

    def end(self) -> None:
        """Write all remaining data, and end the thread."""
        self.flush()
        self._writer.shutdown()
        self.wait_for_writes()
        self._file.flush()

    def _store(self, block: bytes) -> None:
        self._file.write(block)
        self.hash.update(block)


class StreamOutput(_BlockWriter):
    """Standard output, or any other write-only file."""

    def read_written(self) -> Iterable[bytes]:
        return ()

    def complete(self, position: ExportPosition, claims: int = 1) -> None:
        self.claims += claims

    def finish(self) -> None:
        self.end()


class PartFile(_BlockWriter):
    """FILE.part, renamed to FILE when complete; FILE.part.state records how to continue."""

    def __init__(self, file: IO[bytes], path: Path, state: ExportState, progress: Progress) -> None:
        super().__init__(file, progress, state.place)
        self._path, self._state = path, state
        self._saved = time.monotonic()

    def read_written(self) -> Iterable[bytes]:
        with build_part_path(self._path).open("rb") as file:
            yield from file

    def complete(self, position: ExportPosition, claims: int = 1) -> None:
        self.claims += claims
        if time.monotonic() - self._saved >= REPORT_SECONDS:
            self.flush()
            self.wait_for_writes()
            self.save(position)
            self._saved = time.monotonic()

    def save(self, position: ExportPosition | None) -> None:
        """Record that the file contains everything before this position."""
        self._state = replace(
            self._state, place=position, claims=self.claims, bytes=self.bytes, sha256=self.hash.hexdigest()
        )
        write_atomically(build_state_path(self._path), self._state.to_json())

    def finish(self) -> None:
        """Give the complete file its final name."""
        self.end()
        build_part_path(self._path).replace(self._path)
        build_state_path(self._path).unlink(missing_ok=True)


def build_part_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


def build_state_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.part.state")


def find_interrupted(path: Path) -> ExportState | None:
    """Return the state of an interrupted export to this file; None if there was none."""
    return (
        ExportState.read(build_state_path(path))
        if build_state_path(path).exists() and build_part_path(path).exists()
        else None
    )


@contextmanager
def open_part_file(path: Path, state: ExportState, progress: Progress) -> Iterator[PartFile]:
    """Open the unfinished file at the position of the state.

    Raises:
        OutputError: another process is writing the file, or its existing part was changed.
    """
    part_path = build_part_path(path)
    try:
        file = part_path.open("r+b" if part_path.exists() else "w+b")
    except OSError as problem:
        raise OutputError(
            gettext("%(part)s cannot be written: %(strerror)s.")
            % {"part": part_path, "strerror": problem.strerror}
        ) from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OutputError(
                gettext("%(part)s is being written by another export.") % {"part": part_path}
            ) from None
        output = PartFile(file, path, state, progress)
        _replay(file, output, state)
        output.claims = state.claims
        file.truncate(state.bytes)
        output.save(state.place)
        yield output


def _replay(file: IO[bytes], output: PartFile, state: ExportState) -> None:
    """Read the part of the file that is already written, and hash it."""
    bytes_left = state.bytes
    while bytes_left and (block := file.read(min(bytes_left, BLOCK_SIZE))):
        output.hash.update(block)
        bytes_left -= len(block)
    if output.hash.hexdigest() != state.sha256:
        raise OutputError(
            gettext("%(file)s has changed since it was written. Start again without --resume.")
            % {"file": file.name}
        )
    output.bytes = state.bytes


def write_atomically(path: Path, text: str) -> None:
    """Write a small file atomically, so that it is never seen incomplete."""
    new_path = path.with_name(f"{path.name}.new")
    new_path.write_text(text, encoding="utf-8")
    new_path.replace(path)
