"""Which pictures look like this one: among a million hashes, every one that is near enough, without comparing with all.

A hash has 16 bands of 16 bits. Of two that differ in 31 bits at most, some band differs in one at most: were it two in each,
there would be 32. So the index is asked for 17 values of each band, and what it finds is compared bit by bit: nothing that
is near is missed (multi-index hashing; Norouzi, Punjani and Fleet 2012).
"""

import hashlib
from typing import NamedTuple

from sources.media.bounded_pictures import look_of
from sources.media.perceptual_hash import ALIKE, Orientation, PerceptualHash
from sources.models import MediaHash, MediaObject

#: What one question may bring.
MOST = 50


class NearDuplicate(NamedTuple):
    """A picture, or a keyframe of a film, that looks like the one that was asked about."""

    media_id: int
    distance: int
    """In how many of 256 bits they differ."""
    transformation: str
    """How the one that was asked about lies, compared with this one: an Orientation."""
    frame_at: float | None
    """At which second of the film; None for a picture."""
    part: str = MediaHash.Transformation.WHOLE
    """Of which part of this one it is (MediaHash.Transformation)."""


def near_duplicates(
    picture: PerceptualHash | bytes, *, within: int = ALIKE, most: int = MOST
) -> list[NearDuplicate]:
    """The pictures and films that look like this one, the most alike first; each once, by its part or frame that is nearest.

    Turned and mirrored ones are found as well. The same file is found however plain it is; what merely looks like a plain
    picture is not, for plain areas are all alike (`PerceptualHash.is_distinctive`).

    Raises:
        MediaRefused: the bytes are no picture that can be read.
        ValueError: `within` is not from 0 to 31.
    """
    if not 0 <= within <= ALIKE:
        raise ValueError(f"Hashes are compared within 0 to {ALIKE} bits.")
    found: dict[int, NearDuplicate] = {}
    if isinstance(picture, bytes):
        digest = hashlib.sha256(picture).hexdigest()
        same = MediaObject.objects.filter(sha256=digest).values_list("pk", flat=True)
        found = {media: NearDuplicate(media, 0, Orientation.ORIGINAL, None) for media in same}
        picture = look_of(picture)
    if picture.is_distinctive:
        for near in _near(picture.orientations, within):
            found.setdefault(near.media_id, near)
    return [*found.values()][:most]
