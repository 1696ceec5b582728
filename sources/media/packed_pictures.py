"""Serialise pictures and metadata that pass between this process and the one that reads pictures."""

from dataclasses import asdict, dataclass, field
from typing import Any

import orjson

from sources.media.local_features import LocalFeatures
from sources.media.perceptual_hash import PerceptualHash
from sources.media.refused_media import MediaRefused

_LENGTH_BYTES = 4


@dataclass(frozen=True, slots=True)
class PictureRequest:
    """A request to read a picture: a whole file or a frame of one."""

    reader: str
    """The only format to try, by Pillow's name."""
    path: str = ""
    content: bytes = b""
    hash_only: bool = False
    """Whether to compute only the hashes."""


@dataclass(frozen=True, slots=True)
class PictureHash:
    """The hash of a picture, a part of it, or one of its frames."""

    part: str
    frame_at: float | None
    hash: PerceptualHash


@dataclass(frozen=True, slots=True)
class Rendition:
    """A picture rendered for readers, which contains only the pixels of the file."""

    content: bytes
    media_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture and its metadata."""

    width: int
    height: int
    picture_hashes: list[PictureHash]
    rendition: Rendition | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    caveats: list[str] = field(default_factory=list)
    """The codes of warnings; `caveats` has their sentences."""


def pack_request(request: PictureRequest) -> bytes:
    head = {"reader": request.reader, "path": request.path, "hash_only": request.hash_only}
    return _pack_parts(head, request.content)


def unpack_request(message: bytes) -> PictureRequest:
    head, content = _unpack_parts(message)
    return PictureRequest(**head, content=content)


def pack_result(result: Picture | MediaRefused) -> bytes:
    if isinstance(result, MediaRefused):
        return _pack_parts({"refused": [result.reason_code, result.sentence]}, b"")
    picture_hashes = [
        [
            look.part,
            look.frame_at,
            look.hash.quality,
            [turned_hash.hex() for turned_hash in look.hash.rotated_hashes],
            [[*features] for features in look.hash.features],
        ]
        for look in result.picture_hashes
    ]
    picture = asdict(result) | {"picture_hashes": picture_hashes, "rendition": None}
    if result.rendition is None:
        return _pack_parts({"picture": picture}, b"")
    rendition = result.rendition
    picture["rendition"] = [rendition.media_type, rendition.width, rendition.height]
    return _pack_parts({"picture": picture}, rendition.content)


def unpack_result(message: bytes) -> Picture:
    """Unpack the picture in a message. Messages are not pickles, because the sending process handles untrusted bytes.

    Raises:
        MediaRefused: the message is that process's refusal to read the picture.
    """
    head, content = _unpack_parts(message)
    if refusal := head.get("refused"):
        raise MediaRefused(*refusal)
    picture = head["picture"]
    picture_hashes = []
    for part, frame_at, quality, digits, part_features in picture["picture_hashes"]:
        hashes = tuple(map(bytes.fromhex, digits))
        features = tuple(LocalFeatures(*packed_features) for packed_features in part_features)
        picture_hashes.append(
            PictureHash(part, frame_at, PerceptualHash(hashes[0], quality, hashes, features=features))
        )
    packed_rendition = picture["rendition"]
    rendition = Rendition(content, *packed_rendition) if packed_rendition else None
    return Picture(**picture | {"picture_hashes": picture_hashes, "rendition": rendition})


def _pack_parts(head: dict[str, Any], content: bytes) -> bytes:
    head_bytes = orjson.dumps(head)
    return b"".join([len(head_bytes).to_bytes(_LENGTH_BYTES), head_bytes, content])


def _unpack_parts(message: bytes) -> tuple[dict[str, Any], bytes]:
    begins = _LENGTH_BYTES + int.from_bytes(message[:_LENGTH_BYTES])
    return orjson.loads(message[_LENGTH_BYTES:begins]), message[begins:]
