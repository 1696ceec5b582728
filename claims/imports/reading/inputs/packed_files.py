"""Decompress gzip, bzip2, xz, Zstandard, tar and zip as streams, nested at most once.

A damaged file ends where the damage begins. Everything before that is read, and a refusal follows the file.
"""

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Callable, Iterator
from typing import Any

from backports import zstd

from claims.imports.reading.inputs import zip_archives
from claims.imports.reading.inputs.file import File
from claims.imports.reading.inputs.streams import (
    DAMAGE_ERRORS,
    PIECE_BYTES,
    Budget,
    DecodedStream,
    refuse_damaged,
)
from claims.imports.reading.inputs.zip_archives import is_hidden, is_unsafe_path
from claims.imports.reading.raw_record import RecordPlace, Refusal
from factcheck.sentences import SpokenSentence

#: An archive may be packed as a whole, and archives may be in it; no more.
MAX_DEPTH = 2

_DECODERS: tuple[tuple[bytes, Callable[[Any], Any]], ...] = (
    (b"\x1f\x8b", lambda stream: gzip.GzipFile(fileobj=stream)),
    (b"\x28\xb5\x2f\xfd", zstd.ZstdFile),
    (b"BZh", bz2.BZ2File),
    (b"\xfd7zXZ\x00", lzma.LZMAFile),
)
_SUFFIXES = (".gz", ".zst", ".bz2", ".xz")


def unpack_files(
    name: str, stream: io.RawIOBase, budget: Budget, *, url: str = "", depth: int = 0, layers: int = 0
) -> Iterator[File | Refusal]:
    """Return the files in a stream, or the stream itself if it is not compressed.

    Args:
        depth: the number of archives around the stream.
        layers: the number of encodings removed since the innermost archive.
    """
    file = File.of(name, stream, url=url)  # type: ignore[arg-type]
    decoder = next((decoder for magic, decoder in _DECODERS if file.head.startswith(magic)), None)
    is_tar, is_zip = file.head[257:262] == b"ustar", zip_archives.is_zip(file.head)
    if not decoder and not is_tar and not is_zip:
        yield file
    elif (decoder and layers) or depth > 1:
        yield Refusal(
            RecordPlace(name, "the whole file"),
            "",
            SpokenSentence(
                "“%(name)s” is an archive in an archive in an archive. Unpack the outer ones and import "
                "what is inside.",
                name=name,
            ),
            "nested too deeply",
        )
    elif decoder:
        yield from _unpack_compressed(name, decoder, file, budget, depth)
    elif is_tar:
        yield from _unpack_tar(name, file, budget, depth)
    else:
        yield from _unpack_zip(name, file, budget, depth)


def _iterate_output(
    name: str,
    stream: Any,
    budget: Budget,
    *,
    depth: int,
    layers: int = 0,
    progressed: Callable[[int], None] = lambda _out: None,
) -> Iterator[File | Refusal]:
    """Yield the files in a decoder's output, and then any damage."""
    inner = DecodedStream(stream, budget, progressed)
    yield from unpack_files(name, inner, budget, depth=depth, layers=layers)
    if inner.damage is not None:
        yield refuse_damaged(name, inner.damage)


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
        yield from _iterate_output(name.removesuffix(suffix), stream, budget, depth=depth, layers=1)


def _unpack_tar(name: str, file: File, budget: Budget, depth: int) -> Iterator[File | Refusal]:
    try:
        with tarfile.open(fileobj=file.stream, mode="r|", bufsize=PIECE_BYTES) as archive:
            for member in archive:
                archive.members = []  # type: ignore[attr-defined]  # or it would remember all of them
                inside = f"{name}/{member.name}"
                if not member.isfile() or is_hidden(member.name):
                    continue
                if is_unsafe_path(member.name):
                    yield zip_archives.refuse_unsafe_path(inside)
                elif (stream := archive.extractfile(member)) is not None:
                    yield from _iterate_output(inside, stream, budget, depth=depth + 1)
    except DAMAGE_ERRORS as error:
        yield refuse_damaged(name, error)


def _unpack_zip(name: str, file: File, budget: Budget, depth: int) -> Iterator[File | Refusal]:
    source, done = budget.source, 0
    outermost = depth == 0 and file.stream.seekable()
    # The directory of an archive is at its end, so what was read says nothing of how far we are.
    source.held_back = source.held_back or outermost
    for member in zip_archives.read_members(name, file.stream):
        if isinstance(member, Refusal):
            yield member
            continue
        before, packed, whole = done, member.packed, max(member.size, 1)

        def progressed(out: int, before: int = before, packed: int = packed, whole: int = whole) -> None:
            if outermost:
                source.report_position(before + min(packed, packed * out // whole))

        yield from _iterate_output(member.name, member.stream, budget, depth=depth + 1, progressed=progressed)
        done += packed
