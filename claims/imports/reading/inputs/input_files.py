"""Open a path, a folder, an archive, a URL or standard input, and yield its files in order.

The first bytes decide the type of a file, not its name. Gzip, bzip2, xz, Zstandard, tar and zip are decompressed as
streams, at most two archives deep. A damaged file is read up to the damage, and a refusal follows the file.
"""

import bz2
import gzip
import io
import lzma
import os
import sys
import tarfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from backports import zstd

from claims.imports.reading.inputs import zip_archives
from claims.imports.reading.inputs.file import (
    CHUNK_BYTES,
    DAMAGE_ERRORS,
    Budget,
    CountedStream,
    DecodedStream,
    File,
    refuse_damaged,
)
from claims.imports.reading.inputs.zip_archives import is_hidden, is_unsafe_path
from claims.imports.reading.raw_record import RecordLocation, Refusal, build_refusal
from sources.addresses import is_address
from sources.http.fetch_errors import FetchError
from sources.http.fetched_documents import Limits, fetch
from sources.source_kinds import STANDARD_INPUT

#: A data file may be larger than an article and take longer to download.
FETCH_LIMITS = Limits(read_seconds=30, total_seconds=300, content_bytes=100_000_000)

WHOLE_FILE = "the whole file"

#: An archive may be compressed as a whole and contain archives; deeper nesting is not read.
MAX_DEPTH = 2

_DECODERS: tuple[tuple[bytes, Callable[[Any], Any]], ...] = (
    (b"\x1f\x8b", lambda stream: gzip.GzipFile(fileobj=stream)),
    (b"\x28\xb5\x2f\xfd", zstd.ZstdFile),
    (b"BZh", bz2.BZ2File),
    (b"\xfd7zXZ\x00", lzma.LZMAFile),
)
_SUFFIXES = (".gz", ".zst", ".bz2", ".xz")


def _ignore_progress(_count: int) -> None:
    """Do nothing, as the default of `report_progress`."""


def open_files(
    path_or_url: str,
    *,
    report_progress: Callable[[int], None] = _ignore_progress,
    allow_loopback: bool = False,
) -> Iterator[File | Refusal]:
    """Yield the files at a path or URL. Each file can be read until the next one is requested.

    Args:
        path_or_url: a path, `-` for standard input, or an http(s) URL.
        report_progress: called with the number of further input bytes read, before decompression.
        allow_loopback: allow a server on this machine, for tests.
    """
    if path_or_url == STANDARD_INPUT:
        yield from open_stream("standard input", sys.stdin.buffer, report_progress)
    elif is_address(path_or_url):
        yield from _fetch_files(path_or_url, report_progress, allow_loopback)
    else:
        yield from _open_path(Path(path_or_url), Path(path_or_url).name or path_or_url, report_progress)


def measure_size(path_or_url: str) -> int | None:
    """Return the number of input bytes before decompression; None if it is unknown, as for a URL."""
    if path_or_url == STANDARD_INPUT or is_address(path_or_url):
        return None
    try:
        path = Path(path_or_url)
        if path.is_dir():
            return sum(file_path.stat().st_size for file_path, _name in _iterate_folder(path))
        return path.stat().st_size
    except (OSError, ValueError):
        return None


def _open_path(path: Path, name: str, report_progress: Callable[[int], None]) -> Iterator[File | Refusal]:
    try:
        is_folder = path.is_dir()
    except (OSError, ValueError) as error:
        yield _refuse_unreadable(name, error)
        return
    if not is_folder:
        yield from _open_from_disk(path, name, report_progress)
        return
    is_empty = True
    for inner_name in _find_broken_links(path):
        is_empty = False
        yield build_refusal(
            RecordLocation(f"{name}/{inner_name}", WHOLE_FILE),
            "broken link",
            "This is a link to a file that does not exist. Restore the file, or delete the link.",
        )
    for file_path, inner_name in _iterate_folder(path):
        is_empty = False
        yield from _open_from_disk(file_path, f"{name}/{inner_name}", report_progress)
    if is_empty:
        yield build_refusal(
            RecordLocation(name, "the whole folder"), "empty folder", "There are no files in this folder."
        )


def _iterate_folder(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield the path and the name of each file in a folder and its subfolders, sorted by name, without hidden files."""
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(folder_name for folder_name in folders if not folder_name.startswith("."))
        for name in sorted(names):
            path = Path(root, name)
            if not name.startswith(".") and path.is_file():
                yield path, path.relative_to(folder).as_posix()


def _find_broken_links(folder: Path) -> Iterator[str]:
    """Yield broken links in a folder and its subfolders, in the order of their names."""
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(folder_name for folder_name in folders if not folder_name.startswith("."))
        for name in sorted(names):
            path = Path(root, name)
            if not name.startswith(".") and path.is_symlink() and not path.exists():
                yield path.relative_to(folder).as_posix()


def _open_from_disk(
    path: Path, name: str, report_progress: Callable[[int], None]
) -> Iterator[File | Refusal]:
    try:
        stream = path.open("rb")
    except (OSError, ValueError) as error:
        yield _refuse_unreadable(name, error)
        return
    with stream:
        yield from open_stream(name, stream, report_progress)


def _fetch_files(
    address: str, report_progress: Callable[[int], None], allow_loopback: bool
) -> Iterator[File | Refusal]:
    try:
        response = fetch(address, limits=FETCH_LIMITS, accepted=None, allow_loopback=allow_loopback)
    except FetchError as error:
        yield Refusal(
            RecordLocation(address, WHOLE_FILE), "", error.sentence, error.reason_code.replace("_", " ")
        )
        return
    yield from open_stream(address, io.BytesIO(response.content), report_progress, url=response.final_url)


def open_stream(
    name: str, stream: BinaryIO, report_progress: Callable[[int], None] = _ignore_progress, *, url: str = ""
) -> Generator[File | Refusal]:
    """Yield the file in a stream of bytes, or the files packed in it."""
    counted_stream = CountedStream(stream, report_progress)
    yield from unpack_files(name, counted_stream, Budget(counted_stream), url=url)
    counted_stream.finish()


def _refuse_unreadable(name: str, error: OSError | ValueError) -> Refusal:
    reasons: dict[type, tuple[str, str]] = {
        FileNotFoundError: (
            f"There is no file “{name}”. Check the path; an address to fetch begins with https://.",
            "no such file",
        ),
        PermissionError: (
            f"“{name}” may not be read by this user. Change its permissions, or copy it.",
            "not permitted",
        ),
    }
    reason_text = (error.strerror if isinstance(error, OSError) else None) or str(error)
    reason, code = reasons.get(type(error), (f"“{name}” cannot be read: {reason_text}.", "unreadable"))
    return Refusal(RecordLocation(name, WHOLE_FILE), "", reason, code)


def unpack_files(
    name: str, stream: io.RawIOBase, budget: Budget, *, url: str = "", depth: int = 0, layer_count: int = 0
) -> Iterator[File | Refusal]:
    """Yield the files packed in a stream, or the stream itself as a file if it is not packed.

    Args:
        depth: the number of archives around the stream.
        layer_count: the number of encodings removed since the innermost archive.
    """
    file = File.from_stream(name, stream, url=url)  # type: ignore[arg-type]
    decoder = next((decoder for magic, decoder in _DECODERS if file.head.startswith(magic)), None)
    is_tar, is_zip = file.head[257:262] == b"ustar", _is_zip(file.head)
    if not decoder and not is_tar and not is_zip:
        yield file
    elif (decoder and layer_count) or depth > 1:
        yield build_refusal(
            RecordLocation(name, WHOLE_FILE),
            "nested too deeply",
            "“%(name)s” is inside too many nested archives. Unpack the outer ones and import the contents.",
            name=name,
        )
    elif decoder:
        yield from _unpack_compressed(name, decoder, file, budget, depth)
    elif is_tar:
        yield from _unpack_tar(name, file, budget, depth)
    else:
        yield from _unpack_zip(name, file, budget, depth)


def _is_zip(head: bytes) -> bool:
    """Return whether a file is a zip archive that is not an office document."""
    if not head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return False
    first_name = head[30:200]
    return not (
        first_name.startswith(
            (b"[Content_Types].xml", b"_rels/", b"docProps/", b"xl/", b"mimetypeapplication/vnd.oasis")
        )
        or (b"[Content_Types].xml" in head)
    )


def _iterate_output(
    name: str,
    stream: Any,
    budget: Budget,
    *,
    depth: int,
    layer_count: int = 0,
    report_position: Callable[[int], None] = lambda _out: None,
) -> Iterator[File | Refusal]:
    """Yield the files in a decoder's output, then a refusal if the input is damaged."""
    decoded_stream = DecodedStream(stream, budget, report_position)
    yield from unpack_files(name, decoded_stream, budget, depth=depth, layer_count=layer_count)
    if decoded_stream.damage is not None:
        yield refuse_damaged(name, decoded_stream.damage)


def _unpack_compressed(
    name: str, decoder: Callable[[Any], Any], file: File, budget: Budget, depth: int
) -> Iterator[File | Refusal]:
    suffix = next((suffix for suffix in _SUFFIXES if name.endswith(suffix)), "")
    try:
        stream = decoder(file.stream)
    except DAMAGE_ERRORS as error:
        yield refuse_damaged(name, error)
        return
    with stream:
        yield from _iterate_output(name.removesuffix(suffix), stream, budget, depth=depth, layer_count=1)


def _unpack_tar(name: str, file: File, budget: Budget, depth: int) -> Iterator[File | Refusal]:
    try:
        with tarfile.open(fileobj=file.stream, mode="r|", bufsize=CHUNK_BYTES) as archive:
            for member in archive:
                archive.members = []  # type: ignore[attr-defined]  # or it would remember all of them
                member_path = f"{name}/{member.name}"
                if not member.isfile() or is_hidden(member.name):
                    continue
                if is_unsafe_path(member.name):
                    yield zip_archives.refuse_unsafe_path(member_path)
                elif (stream := archive.extractfile(member)) is not None:
                    yield from _iterate_output(member_path, stream, budget, depth=depth + 1)
    except DAMAGE_ERRORS as error:
        yield refuse_damaged(name, error)


def _unpack_zip(name: str, file: File, budget: Budget, depth: int) -> Iterator[File | Refusal]:
    source, bytes_read = budget.source, 0
    is_outermost = depth == 0 and file.stream.seekable()
    # The directory of an archive is at its end, so the bytes read do not show the progress.
    source.is_reported_elsewhere = source.is_reported_elsewhere or is_outermost
    for member in zip_archives.read_members(name, file.stream):
        if isinstance(member, Refusal):
            yield member
            continue
        bytes_before, packed_size, whole_size = bytes_read, member.packed_size, max(member.size, 1)

        def report_position(
            unpacked_bytes: int,
            bytes_before: int = bytes_before,
            packed_size: int = packed_size,
            whole_size: int = whole_size,
        ) -> None:
            if is_outermost:
                source.report_position(
                    bytes_before + min(packed_size, packed_size * unpacked_bytes // whole_size)
                )

        yield from _iterate_output(
            member.name, member.stream, budget, depth=depth + 1, report_position=report_position
        )
        bytes_read += packed_size
