"""Detect a file's type by its first bytes; its name and declared type are ignored."""

import re
from dataclasses import dataclass
from typing import IO

#: The number of bytes that identify a type.
HEAD_BYTES = 4096

IMAGE, VIDEO, AUDIO = "image", "video", "audio"


@dataclass(frozen=True, slots=True)
class MediaFormat:
    """A file format and the program that reads it."""

    media_type: str
    reader: str
    """The name of the format in Pillow (pictures) or FFmpeg (audio and video). No other reader is tried."""

    @property
    def kind(self) -> str:
        return self.media_type.partition("/")[0]


SVG = MediaFormat("image/svg+xml", "")
_MOV = "mov"
_MP4_VIDEO, _MP4_AUDIO = MediaFormat("video/mp4", _MOV), MediaFormat("audio/mp4", _MOV)

#: Signatures at the start of a file.
_SIGNATURES: tuple[tuple[bytes, MediaFormat], ...] = (
    (b"\xff\xd8\xff", MediaFormat("image/jpeg", "JPEG")),
    (b"\x89PNG\r\n\x1a\n", MediaFormat("image/png", "PNG")),
    (b"GIF87a", MediaFormat("image/gif", "GIF")),
    (b"GIF89a", MediaFormat("image/gif", "GIF")),
    (b"II*\x00", MediaFormat("image/tiff", "TIFF")),
    (b"MM\x00*", MediaFormat("image/tiff", "TIFF")),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", MediaFormat("image/jp2", "JPEG2000")),
    (b"fLaC", MediaFormat("audio/flac", "flac")),
    (b"#!AMR", MediaFormat("audio/amr", "amr")),
    (b"ID3", MediaFormat("audio/mpeg", "mp3")),
    (b"\xff\xf1", MediaFormat("audio/aac", "aac")),
    (b"\xff\xf9", MediaFormat("audio/aac", "aac")),
    (b"\xff\xfb", MediaFormat("audio/mpeg", "mp3")),
    (b"\xff\xf3", MediaFormat("audio/mpeg", "mp3")),
    (b"\xff\xf2", MediaFormat("audio/mpeg", "mp3")),
    (b"\x00\x00\x01\xba", MediaFormat("video/mpeg", "mpeg")),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", MediaFormat("video/x-ms-wmv", "asf")),
    (b"FLV\x01", MediaFormat("video/x-flv", "flv")),
)
#: Formats in a RIFF file, by the type in its header.
_RIFF_FORMATS = {
    b"WEBP": MediaFormat("image/webp", "WEBP"),
    b"AVI ": MediaFormat("video/x-msvideo", "avi"),
    b"WAVE": MediaFormat("audio/wav", "wav"),
}
#: Formats based on ISO's base media file format, by brand.
_BRAND_FORMATS = {
    **dict.fromkeys((b"avif", b"avis"), MediaFormat("image/avif", "AVIF")),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis"), MediaFormat("image/heic", "HEIF")),
    **dict.fromkeys((b"mif1", b"msf1", b"hevc", b"hevx"), MediaFormat("image/heif", "HEIF")),
    **dict.fromkeys((b"M4A ", b"M4B ", b"F4A "), _MP4_AUDIO),
    b"qt  ": MediaFormat("video/quicktime", _MOV),
}
_SVG_START = re.compile(
    rb"(<\?xml[^>]*>|<!--.*?-->|<!doctype svg.*?>|\s)*<([a-z0-9]+:)?svg[\s>]", re.IGNORECASE | re.DOTALL
)
_TRANSPORT_PACKET_SIZE = 188


def recognise(head: bytes) -> MediaFormat | None:
    """Return the format of a file by its first bytes; None if unknown."""
    for beginning, format_found in _SIGNATURES:
        if head.startswith(beginning):
            return format_found
    if head[:4] == b"RIFF":
        return _RIFF_FORMATS.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _recognise_brand(head)
    if head[:4] == b"OggS":
        return MediaFormat("video/ogg", "ogg") if b"theora" in head else MediaFormat("audio/ogg", "ogg")
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return MediaFormat("video/webm" if b"webm" in head[:64] else "video/x-matroska", "matroska")
    if _is_bitmap(head):
        return MediaFormat("image/bmp", "BMP")
    if head[:1] == b"\x47" == head[_TRANSPORT_PACKET_SIZE : _TRANSPORT_PACKET_SIZE + 1]:
        return MediaFormat("video/mp2t", "mpegts")
    if _SVG_START.match(head.removeprefix(b"\xef\xbb\xbf")):
        return SVG
    return None


def _recognise_brand(head: bytes) -> MediaFormat:
    """Return the format by the file's major brand, then by its compatible brands; MP4 video by default."""
    length = min(int.from_bytes(head[:4]), HEAD_BYTES)
    brands = [head[8:12], *(head[position : position + 4] for position in range(16, length - 3, 4))]
    if brands[0] in _BRAND_FORMATS and brands[0] not in (b"mif1", b"msf1"):
        return _BRAND_FORMATS[brands[0]]
    pictures = [
        _BRAND_FORMATS[brand] for brand in brands if _BRAND_FORMATS.get(brand, _MP4_VIDEO).kind == IMAGE
    ]
    if brands[0] in (b"mif1", b"msf1", b"miaf") and pictures:
        # The general brand comes first; one of the others names the codec.
        return next(
            (picture_format for picture_format in pictures if picture_format.media_type != "image/heif"),
            pictures[0],
        )
    if brands[0][:3] in (b"3gp", b"3g2"):
        return MediaFormat("video/3gpp", _MOV)
    return _MP4_VIDEO


def _is_bitmap(head: bytes) -> bool:
    """Return whether this is a bitmap. The header is checked too, because the signature has only two letters."""
    return (
        head[:2] == b"BM"
        and head[6:10] == bytes(4)
        and int.from_bytes(head[14:18], "little") in (12, 40, 108, 124)
    )


_PAGE_START = re.compile(rb"<(script|html|!doctype html|iframe|\?php)[\s>]", re.IGNORECASE)
_PIECE_SIZE, _OVERLAP = 1 << 20, 64
#: The signature of the directory at the end of a zip archive, and the maximum size of the directory's end and comment.
_ARCHIVE_END_SIGNATURE, _MAX_COMMENT_LENGTH = b"PK\x05\x06", 65_557


def detect_second_format(file: IO[bytes]) -> str:
    """Return the caveat for a picture that is also a page, an archive or a program, or "" if it is only a picture.

    Readers never get such a polyglot file, only the rendition. Editors are warned, because such files are rarely
    accidental.
    """
    file.seek(0)
    previous_end = b""
    while piece := file.read(_PIECE_SIZE):
        if _PAGE_START.search(previous_end + piece):
            return "holds_a_page"
        previous_end = piece[-_OVERLAP:]
    end = file.tell()
    file.seek(max(0, end - _MAX_COMMENT_LENGTH))
    return "holds_an_archive" if _is_archive(file.read()) else ""


def _is_archive(tail: bytes) -> bool:
    """Return whether the file ends in a complete archive directory; the four-byte signature alone may be chance."""
    position = tail.rfind(_ARCHIVE_END_SIGNATURE)
    if position < 0 or len(tail) - position < 22:
        return False
    comment = int.from_bytes(tail[position + 20 : position + 22], "little")
    return position + 22 + comment == len(tail)
