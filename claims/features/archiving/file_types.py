"""Detect a file's type from its content, because its name and media type cannot be trusted."""

import zipfile
import zlib
from typing import BinaryIO

#: The number of bytes examined at the start of a file.
HEAD_BYTES = 4096

#: The first bytes → media type.
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
    (b"\x00\x00\x01\xba", "video/mpeg"),
    (b"\x00\x00\x01\xb3", "video/mpeg"),
    (b"#!AMR", "audio/amr"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/vnd.ms-excel"),
)
#: In a RIFF file, the bytes from the ninth on → media type.
_RIFF_TYPES = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
#: In an ISO base media file, its brand → media type.
_BRAND_TYPES = {
    b"qt  ": "video/quicktime",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"avif": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heif",
}
#: A member of a ZIP file → the type of the whole file.
_OFFICE_PARTS = {
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xl/workbook.bin": "application/vnd.ms-excel.sheet.binary.macroEnabled.12",
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "ppt/presentation.xml": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "datapackage.json": "application/wacz",
}
_OPEN_DOCUMENT_PREFIX = "application/vnd.oasis.opendocument."
_MAX_NAME_LENGTH = 100
#: Text that a browser would execute is never accepted as an upload; archive the page at its URL instead.
_MARKUP_STARTS = (b"<!doctype", b"<html", b"<svg", b"<?xml", b"<script", b"<head", b"<body")


def detect_media_type(file: BinaryIO) -> str:
    """Return the media type, or "" if the type is not accepted as evidence."""
    file.seek(0)
    beginning = file.read(HEAD_BYTES)
    file.seek(0)
    for signature, media_type in _SIGNATURES:
        if beginning.startswith(signature):
            return media_type
    if beginning.startswith(b"RIFF"):
        return _RIFF_TYPES.get(beginning[8:12], "")
    if beginning[4:8] == b"ftyp":
        return _BRAND_TYPES.get(beginning[8:12], "video/mp4")
    if beginning.startswith(b"\x1aE\xdf\xa3"):
        return "video/webm" if b"webm" in beginning[:64] else "video/x-matroska"
    if beginning.startswith(b"PK\x03\x04"):
        return _detect_zip_type(file)
    if len(beginning) > 1 and beginning[0] == 0xFF and beginning[1] & 0xE6 in (0xE2, 0xE4, 0xE6):
        return "audio/mpeg"
    if beginning.startswith(b"\x1f\x8b"):
        return "application/warc" if _is_warc(file) else ""
    return _detect_text_type(beginning)


def _detect_zip_type(file: BinaryIO) -> str:
    """Return the type of a ZIP file, judged by the names of its members, or ""."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            for name, media_type in _OFFICE_PARTS.items():
                if name in names:
                    return media_type
            if "mimetype" in names and archive.getinfo("mimetype").file_size <= _MAX_NAME_LENGTH:
                media_type = archive.read("mimetype").decode("ascii", "replace").strip()
                return media_type if media_type.startswith(_OPEN_DOCUMENT_PREFIX) else ""
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, KeyError):
        return ""
    finally:
        file.seek(0)
    return ""


def _is_warc(file: BinaryIO) -> bool:
    decompressor = zlib.decompressobj(zlib.MAX_WBITS + 16)
    try:
        return decompressor.decompress(file.read(HEAD_BYTES), 16).startswith(b"WARC/")
    except zlib.error:
        return False
    finally:
        file.seek(0)


def _detect_text_type(beginning: bytes) -> str:
    """Return the type of a table or text in UTF-8 or a Windows encoding; "" if it has control characters."""
    if not beginning or b"\0" in beginning or any(byte < 9 or 13 < byte < 32 for byte in beginning):
        return ""
    beginning_of_text = beginning.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if beginning_of_text.startswith(_MARKUP_STARTS):
        return ""
    line = beginning_of_text.partition(b"\n")[0]
    return "text/csv" if any(line.count(separator) for separator in (b",", b";", b"\t")) else "text/plain"
