"""Read the files in a zip archive, using its directory or, if that is damaged, the header of each member."""

import copy
import io
import re
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from claims.imports.reading.inputs.file import CHUNK_BYTES, DAMAGE_ERRORS, refuse_damaged
from claims.imports.reading.raw_record import RecordLocation, Refusal, build_refusal

MAX_MEMBERS = 200_000

_MEMBER_SIGNATURE = b"PK\x03\x04"
_HEADER_STRUCT = struct.Struct("<4sHHHHHIIIHH")
_END_STRUCT = struct.Struct("<4sHHHHIIH")
#: Marks a count that is too large for its field and is stored in a separate record instead.
_COUNT_IN_ZIP64 = 0xFFFF
_ENCRYPTED_FLAG, _SIZE_FOLLOWS_FLAG, _UTF8_NAME_FLAG = 0x1, 0x8, 0x800
#: Flags that a member is encrypted, patched or strongly encrypted.
_ENCRYPTION_FLAGS = 0b110_0001
_METHOD_STORED, _METHOD_DEFLATED = 0, 8
_METHODS = frozenset({_METHOD_STORED, _METHOD_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA})

#: In addition to decoders' errors, zipfile raises RuntimeError for unsupported versions, methods and passwords.
_UNREADABLE_ERRORS = (*DAMAGE_ERRORS, RuntimeError, struct.error)


def is_hidden(name: str) -> bool:
    """Return whether a member is a hidden file or was added by an operating system."""
    path_parts = name.replace("\\", "/").split("/")
    return (
        any(path_part.startswith(".") and path_part not in (".", "..") for path_part in path_parts)
        or path_parts[0] == "__MACOSX"
    )


def is_unsafe_path(name: str) -> bool:
    """Return whether a name would unpack outside the target folder."""
    path_parts = name.replace("\\", "/").split("/")
    return path_parts[0] == "" or ".." in path_parts or bool(re.match(r"[A-Za-z]:", name)) or "\x00" in name


def refuse_unsafe_path(name: str) -> Refusal:
    return build_refusal(
        RecordLocation(name, "the whole file"),
        "suspicious name",
        "“%(name)s” has a path that leads out of its archive, which may be an attack. It is not read.",
        name=name,
    )


@dataclass(frozen=True, slots=True)
class Member:
    """One file in an archive. It must be read before the next one is requested."""

    name: str
    stream: Any
    packed_size: int
    """The number of bytes in the archive; 0 if unknown."""
    size: int
    """The unpacked size, as the archive states it."""


def read_members(name: str, stream: BinaryIO) -> Iterator[Member | Refusal]:
    """Yield the files in an archive."""
    if stream.seekable():
        yield from _iterate_members(name, stream)
        return
    # The directory is at the end, so the whole archive is copied to disk first.
    with tempfile.TemporaryFile() as spooled_file:
        shutil.copyfileobj(stream, spooled_file)
        spooled_file.seek(0)
        yield from _iterate_members(name, spooled_file)


def _iterate_members(name: str, stream: Any) -> Iterator[Member | Refusal]:
    try:
        archive = zipfile.ZipFile(stream)
    except _UNREADABLE_ERRORS:
        yield from _read_without_directory(name, stream)
        return
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        yield build_refusal(
            RecordLocation(name, "the whole file"),
            "too many files",
            "“%(name)s” contains %(infos)s files; the limit is %(most_members)s. Split it.",
            name=name,
            infos=len(infos),
            most_members=MAX_MEMBERS,
        )
        return
    is_complete = _read_member_count(stream, archive) == len(infos)
    if not is_complete or not all(
        _is_consistent(info, _read_header(stream, info.header_offset)) for info in infos
    ):
        # One of the two is damaged. The members found by headers are read first, then those of the directory.
        end_position = yield from _read_without_directory(name, stream)
        infos = [info for info in infos if info.header_offset > end_position]
    for info in infos:
        if not info.is_dir() and not is_hidden(info.filename):
            yield _open_by_directory(name, archive, info)


@dataclass(frozen=True, slots=True)
class _Header:
    """The header of a member."""

    name: str
    flags: int
    method: int
    checksum: int
    packed_size: int | None
    """None if the size is stored elsewhere, such as after the member."""
    size: int
    start: int
    """The position of the member's bytes."""


def _read_member_count(stream: Any, archive: zipfile.ZipFile) -> int:
    """Return the member count in the end record, or -1 without a record. A damaged directory may list fewer."""
    stream.seek(0, io.SEEK_END)
    stream.seek(max(0, stream.tell() - _END_STRUCT.size - len(archive.comment)))
    content = stream.read(_END_STRUCT.size)
    if len(content) < _END_STRUCT.size or not content.startswith(b"PK\x05\x06"):
        return -1
    number: int = _END_STRUCT.unpack(content)[4]
    return len(archive.infolist()) if number == _COUNT_IN_ZIP64 else number


def _read_header(stream: Any, position: int) -> _Header | None:
    if position < 0:  # a damaged directory may contain anything
        return None
    stream.seek(position)
    content = stream.read(_HEADER_STRUCT.size)
    if len(content) < _HEADER_STRUCT.size or not content.startswith(_MEMBER_SIGNATURE):
        return None
    _magic, _version, flags, method, _time, _date, checksum, packed_size, size, name_length, extra = (
        _HEADER_STRUCT.unpack(content)
    )
    name = stream.read(name_length).decode("utf-8" if flags & _UTF8_NAME_FLAG else "cp437", errors="replace")
    is_known = not flags & _SIZE_FOLLOWS_FLAG and packed_size != 0xFFFFFFFF
    start = position + _HEADER_STRUCT.size + name_length + extra
    return _Header(name, flags, method, checksum, packed_size if is_known else None, size, start)


def _is_consistent(info: zipfile.ZipInfo, header: _Header | None) -> bool:
    """Return whether the directory and the header of a member agree."""
    if header is None:
        return False
    has_same_sizes = header.packed_size is None or (header.packed_size, header.size) == (
        info.compress_size,
        info.file_size,
    )
    is_equally_encrypted = header.flags & _ENCRYPTION_FLAGS == info.flag_bits & _ENCRYPTION_FLAGS
    has_same_name_and_method = (header.name, header.method) == (info.orig_filename, info.compress_type)
    return has_same_sizes and is_equally_encrypted and has_same_name_and_method


def _open_by_directory(name: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Member | Refusal:
    member_path = f"{name}/{info.filename}"
    if refusal := _find_refusal(member_path, info.filename, info.flag_bits, info.compress_type):
        return refusal
    # The library withholds the end of a member with a wrong checksum, but the unpacked text is still useful.
    info_copy = copy.copy(info)
    del info_copy.CRC
    try:
        stream = archive.open(info_copy)
    except _UNREADABLE_ERRORS as error:
        return refuse_damaged(member_path, error)
    return Member(member_path, _CheckedStream(stream, info.CRC), info.compress_size, info.file_size)


def _find_refusal(member_path: str, name: str, flags: int, method: int) -> Refusal | None:
    if is_unsafe_path(name):
        return refuse_unsafe_path(member_path)
    location = RecordLocation(member_path, "the whole file")
    if flags & _ENCRYPTED_FLAG:
        return build_refusal(
            location,
            "encrypted",
            "“%(inside)s” is encrypted. Unpack it with its password and import that.",
            inside=member_path,
        )
    if method not in _METHODS:
        return build_refusal(
            location,
            "unknown compression",
            "“%(inside)s” uses a compression method (number %(method)s) that is not supported. Unpack it "
            "and import the result.",
            inside=member_path,
            method=method,
        )
    return None


class _CheckedStream:
    """The content of a member, whose checksum is compared once all of it has been read."""

    def __init__(self, stream: Any, expected_checksum: int) -> None:
        self._stream = stream
        self._expected_checksum = expected_checksum
        self._checksum = 0

    def read(self, size: int) -> bytes:
        chunk: bytes = self._stream.read1(size)
        self._checksum = zlib.crc32(chunk, self._checksum)
        if not chunk and self._checksum != self._expected_checksum:
            raise zipfile.BadZipFile("its checksum is wrong")
        return chunk


# Archives without a directory


def _read_without_directory(name: str, stream: Any) -> Generator[Member | Refusal, None, int]:
    """Yield the members of a damaged archive found by their own headers; return the position of the last header."""
    position, end_position = 0, -1
    while header := _read_header(stream, position):
        stream.seek(header.start)
        member_path = f"{name}/{header.name}"
        method = header.method if header.method in (_METHOD_STORED, _METHOD_DEFLATED) else -1
        if header.packed_size is None and method != _METHOD_DEFLATED:
            break
        member = _RawMember(stream, header)
        if refusal := _find_refusal(member_path, header.name, header.flags, method):
            yield refusal
        elif not header.name.endswith("/") and not is_hidden(header.name):
            yield Member(member_path, member, header.packed_size or 0, header.size)
        end_position = position
        if header.packed_size is not None:
            position = header.start + header.packed_size
        elif member.drain() and (next_position := _find_next_member(stream)):
            position = next_position
        else:
            break
    yield build_refusal(
        RecordLocation(name, "the whole file"),
        "damaged archive",
        "“%(name)s” is damaged: its contents do not match its directory, or it has none. The readable "
        "part was read. Download it again.",
        name=name,
    )
    return end_position


class _RawMember:
    """The bytes of a member without a directory entry."""

    def __init__(self, stream: Any, header: _Header) -> None:
        self._stream = stream
        self._remaining = header.packed_size
        self._inflater = zlib.decompressobj(-zlib.MAX_WBITS) if header.method == _METHOD_DEFLATED else None
        self._pending_bytes = b""
        self._expected_checksum = header.checksum if header.packed_size is not None else None
        self._checksum = 0

    def read(self, size: int) -> bytes:
        chunk = self._read_raw(size) if self._inflater is None else self._inflate(self._inflater, size)
        self._checksum = zlib.crc32(chunk, self._checksum)
        if not chunk and self._expected_checksum not in (None, self._checksum):
            raise zipfile.BadZipFile("its checksum is wrong")
        return chunk

    def drain(self) -> bool:
        """Skip to the end of the member, and return whether it was complete."""
        try:
            while self.read(CHUNK_BYTES):
                pass
        except DAMAGE_ERRORS:
            return False
        if self._inflater:
            self._stream.seek(-len(self._inflater.unused_data), 1)
        return True

    def _read_raw(self, size: int) -> bytes:
        chunk: bytes = self._stream.read(size if self._remaining is None else min(size, self._remaining))
        if self._remaining is not None:
            if not chunk and self._remaining:
                raise EOFError("it breaks off")
            self._remaining -= len(chunk)
        return chunk

    def _inflate(self, inflater: Any, size: int) -> bytes:
        while not inflater.eof:
            packed_bytes = self._pending_bytes or self._read_raw(CHUNK_BYTES)
            if not packed_bytes:
                raise EOFError("it breaks off")
            chunk: bytes = inflater.decompress(packed_bytes, size)
            self._pending_bytes = inflater.unconsumed_tail
            if chunk:
                return chunk
        return b""


def _find_next_member(stream: Any) -> int | None:
    """Return the start of the next member after the checksum and sizes; None if there is none."""
    position: int = stream.tell()
    # With or without a signature, in 32 or 64 bits.
    for length in (16, 12, 24, 20):
        stream.seek(position + length)
        if stream.read(4) in (_MEMBER_SIGNATURE, b"PK\x01\x02"):
            return position + length
    return None
