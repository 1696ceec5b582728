"""The metadata of a picture file (EXIF, IPTC, XMP): camera, time, place, software, author.

For editors only, because a place may be a private home. Metadata can be forged and prove nothing.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from fractions import Fraction
from typing import Any

from lxml import etree
from PIL import ExifTags, Image, ImageFile, IptcImagePlugin

#: The limits on stored metadata: the number and the length of fields.
MAX_FIELDS, MAX_VALUE_LENGTH = 200, 1000
_MAX_XMP_BYTES = 2_000_000

_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]+")
_MOMENT_PATTERN = re.compile(r"(\d{4})[:-](\d{2})[:-](\d{2})[ T](\d{2}:\d{2}:\d{2})")
_OFFSET_PATTERN = re.compile(r"[+-]\d{2}:\d{2}")

_IPTC_FIELDS = {
    (2, 5): "title",
    (2, 25): "keywords",
    (2, 55): "created",
    (2, 80): "creator",
    (2, 90): "city",
    (2, 101): "country",
    (2, 105): "headline",
    (2, 110): "credit",
    (2, 115): "source",
    (2, 116): "rights",
    (2, 120): "caption",
}
#: The XMP properties that editors need, by name without prefix.
_XMP_FIELDS = {
    "{http://purl.org/dc/elements/1.1/}title": "title",
    "{http://purl.org/dc/elements/1.1/}description": "caption",
    "{http://purl.org/dc/elements/1.1/}creator": "creator",
    "{http://purl.org/dc/elements/1.1/}rights": "rights",
    "{http://purl.org/dc/elements/1.1/}subject": "keywords",
    "{http://ns.adobe.com/xap/1.0/}CreatorTool": "software",
    "{http://ns.adobe.com/xap/1.0/}CreateDate": "created",
    "{http://ns.adobe.com/xap/1.0/}ModifyDate": "changed",
    "{http://ns.adobe.com/photoshop/1.0/}City": "city",
    "{http://ns.adobe.com/photoshop/1.0/}Country": "country",
    "{http://ns.adobe.com/photoshop/1.0/}Credit": "credit",
    "{http://ns.adobe.com/photoshop/1.0/}DateCreated": "created",
    "{http://ns.adobe.com/photoshop/1.0/}Headline": "headline",
    "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType": "digital_source_type",
}
_RDF_NAMESPACE = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"


def read_metadata(image: Image.Image) -> dict[str, Any]:
    """Return the readable metadata: the important values first, then all values by standard. Never raises."""
    exif = _read(_read_exif, image)
    iptc = _read(_read_iptc, image)
    xmp = _read(_read_xmp, image)
    values = {
        "camera": " ".join(filter(None, [exif.get("Make"), exif.get("Model")])),
        "taken_at": _find_moment(exif) or _parse_moment(xmp.get("created", "")) or iptc.get("created", ""),
        "place": _read(_read_position, image),
        "software": exif.get("Software") or xmp.get("software", ""),
        "creator": exif.get("Artist") or xmp.get("creator") or iptc.get("creator", ""),
        "rights": exif.get("Copyright") or xmp.get("rights") or iptc.get("rights", ""),
        "caption": exif.get("ImageDescription") or xmp.get("caption") or iptc.get("caption", ""),
        "digital_source_type": xmp.get("digital_source_type", ""),
        "exif": exif,
        "iptc": iptc,
        "xmp": xmp,
    }
    return {name: value for name, value in values.items() if value}


def clean_text(value: object) -> str:
    """Return text that a database accepts: no control characters, limited length."""
    if isinstance(value, bytes):
        value = (
            value.removeprefix(b"ASCII\x00\x00\x00").removeprefix(b"UNICODE\x00").decode("utf-8", "replace")
        )
    return " ".join(_CONTROL_CHARACTERS.sub(" ", str(value)).split())[:MAX_VALUE_LENGTH]


def _read(reader: Any, image: Image.Image) -> dict[str, Any]:
    """Return a reader's result; empty if the metadata is invalid."""
    values: dict[str, Any] = {}
    with suppress(Exception):
        for name, value in reader(image):
            if value not in ("", None) and len(values) < MAX_FIELDS:
                values[name] = value
    return values


def _read_exif(image: Image.Image) -> Iterator[tuple[str, str]]:
    exif = image.getexif()
    yield from _iterate_tags(exif, ExifTags.TAGS)
    with suppress(Exception):
        yield from _iterate_tags(exif.get_ifd(ExifTags.IFD.Exif), ExifTags.TAGS)
    with suppress(Exception):
        yield from _iterate_tags(exif.get_ifd(ExifTags.IFD.GPSInfo), ExifTags.GPSTAGS)


def _iterate_tags(values: Mapping[int, Any], names: Mapping[int, str]) -> Iterator[tuple[str, str]]:
    for tag, value in values.items():
        # Maker notes, thumbnails and similar binary data, which are ignored.
        is_opaque = isinstance(value, bytes) and len(value) > 100
        if tag in names and not is_opaque and not isinstance(value, dict):
            yield names[tag], clean_text(value)


def _read_iptc(image: Image.Image) -> Iterator[tuple[str, str]]:
    if not isinstance(image, ImageFile.ImageFile):
        return
    for key, value in (IptcImagePlugin.getiptcinfo(image) or {}).items():
        if key in _IPTC_FIELDS:
            yield (
                _IPTC_FIELDS[key],
                "; ".join(map(clean_text, value if isinstance(value, list) else [value]))[:MAX_VALUE_LENGTH],
            )


def _read_xmp(image: Image.Image) -> Iterator[tuple[str, str]]:
    packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    packet = packet.encode() if isinstance(packet, str) else packet
    if not packet or len(packet) > _MAX_XMP_BYTES:
        return
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    tree = etree.fromstring(packet.strip(b"\x00 \n\r\t"), parser)
    for element in tree.iter(f"{_RDF_NAMESPACE}Description"):
        for name, value in element.attrib.items():
            if str(name) in _XMP_FIELDS:
                yield _XMP_FIELDS[str(name)], clean_text(value)
        for child in element:
            if child.tag in _XMP_FIELDS:
                items = [item.text or "" for item in child.iter(f"{_RDF_NAMESPACE}li")] or [child.text or ""]
                yield (
                    _XMP_FIELDS[child.tag],
                    "; ".join(filter(None, map(clean_text, items)))[:MAX_VALUE_LENGTH],
                )


def _find_moment(exif: Mapping[str, str]) -> str:
    """Return the time at which the picture was taken, with the offset to UTC if it is recorded."""
    for name, offset in (
        ("DateTimeOriginal", "OffsetTimeOriginal"),
        ("DateTimeDigitized", "OffsetTimeDigitized"),
    ):
        if moment := _parse_moment(exif.get(name, "")):
            offset_text = exif.get(offset, "")
            return moment + (offset_text if _OFFSET_PATTERN.fullmatch(offset_text) else "")
    return ""


def _parse_moment(text: str) -> str:
    """Convert a time like `2024:05:01 12:00:00` to ISO 8601; return "" for an invalid time."""
    match = _MOMENT_PATTERN.match(text)
    if not match or match[1] == "0000":
        return ""
    return f"{match[1]}-{match[2]}-{match[3]}T{match[4]}"


def _read_position(image: Image.Image) -> Iterator[tuple[str, float]]:
    """Yield `latitude` and `longitude` in degrees (WGS 84) and, if known, `altitude` in metres."""
    gps = image.getexif().get_ifd(ExifTags.IFD.GPSInfo)
    latitude = _parse_degrees(gps.get(2), str(gps.get(1, "")), "S", 90)
    longitude = _parse_degrees(gps.get(4), str(gps.get(3, "")), "W", 180)
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return
    yield "latitude", latitude
    yield "longitude", longitude
    with suppress(TypeError, ValueError, ZeroDivisionError, OverflowError):
        height = float(Fraction(gps[6])) * (-1 if gps.get(5) in (1, b"\x01") else 1)
        yield "altitude", round(height, 1)


def _parse_degrees(parts: Any, direction: str, negative: str, max_degrees: int) -> float | None:
    with suppress(TypeError, ValueError, ZeroDivisionError, OverflowError):
        degrees, minutes, seconds = (float(number) for number in parts)
        value = degrees + minutes / 60 + seconds / 3600
        if 0 <= value <= max_degrees:
            return round(-value if direction.strip("\x00 ").upper() == negative else value, 6)
    return None
