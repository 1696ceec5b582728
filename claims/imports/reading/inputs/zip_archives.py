"""Read the files in a zip archive."""

import io
import re
import shutil
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, BinaryIO

from claims.imports.reading.inputs.file import DAMAGE_ERRORS, refuse_damaged
from claims.imports.reading.raw_record import RecordLocation, Refusal, build_refusal

MAX_MEMBERS = 200_000

_ENCRYPTED_FLAG = 0x1
#: The record at the end of an archive, with the number of its members; a larger number is stored elsewhere.
_END_STRUCT, _END_SIGNATURE = struct.Struct("<4sHHHHIIH"), b"PK\x05\x06"
_COUNT_IN_ZIP64 = 0xFFFF

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
    stream: IO[bytes]
    packed_size: int
    """The number of bytes in the archive."""
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
        yield from _iterate_members(name, spooled_file)


def _iterate_members(name: str, stream: IO[bytes]) -> Iterator[Member | Refusal]:
    try:
        archive = zipfile.ZipFile(stream)
        _require_whole_directory(stream, archive)
    except _UNREADABLE_ERRORS as error:
        yield refuse_damaged(name, error)
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
    for info in infos:
        if not info.is_dir() and not is_hidden(info.filename):
            yield _open_member(f"{name}/{info.filename}", archive, info)


def _require_whole_directory(stream: IO[bytes], archive: zipfile.ZipFile) -> None:
    """Raise BadZipFile if the directory, which may be damaged, lists fewer members than the end of the archive says."""
    stream.seek(-_END_STRUCT.size - len(archive.comment), io.SEEK_END)
    signature, *numbers = _END_STRUCT.unpack(stream.read(_END_STRUCT.size))
    if signature != _END_SIGNATURE or numbers[3] not in (len(archive.infolist()), _COUNT_IN_ZIP64):
        raise zipfile.BadZipFile("its directory is not complete")


def _open_member(path: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Member | Refusal:
    if is_unsafe_path(info.filename):
        return refuse_unsafe_path(path)
    if info.flag_bits & _ENCRYPTED_FLAG:
        return build_refusal(
            RecordLocation(path, "the whole file"),
            "encrypted",
            "“%(inside)s” is encrypted. Unpack it with its password and import that.",
            inside=path,
        )
    try:
        return Member(path, archive.open(info), info.compress_size, info.file_size)
    except NotImplementedError as error:
        return build_refusal(
            RecordLocation(path, "the whole file"),
            "unknown compression",
            "“%(inside)s” is packed in a way that is not supported (%(error)s). Unpack it and import the result.",
            inside=path,
            error=error,
        )
    except _UNREADABLE_ERRORS as error:
        return refuse_damaged(path, error)
