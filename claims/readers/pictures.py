"""Pictures that readers ask about: which are taken, and when two are the same."""

import hashlib
from dataclasses import dataclass

from django.utils.translation import gettext as _

from claims.models import ReaderPicture
from claims.models.reader_picture import LARGEST_PICTURE

_KINDS = ReaderPicture.Kind


class NotAPicture(ValueError):
    """What was sent cannot be taken; the text says why, for the person who sent it."""


@dataclass(frozen=True)
class SentPicture:
    """A picture as it was sent. It is shown at the desk alone."""

    content: bytes
    media_type: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def key(self) -> str:
        """What the same picture has in common: here the same bytes, as who passes a picture on often sends them."""
        return f"sha256:{self.sha256}"


def picture_in(content: bytes) -> SentPicture:
    """The picture that these bytes are, as they themselves say.

    Raises:
        NotAPicture: they are too many, or none of the kinds that browsers show.
    """
    if len(content) > LARGEST_PICTURE:
        raise NotAPicture(
            _("The picture is too large: at most %(most)s MB are taken. Send a smaller copy or a screenshot.")
            % {"most": f"{LARGEST_PICTURE / 1e6:.1f}"}
        )
    kind = _kind_of(content)
    if kind is None:
        raise NotAPicture(_("This is no picture that can be taken. Send it as JPEG, PNG, WebP or GIF."))
    return SentPicture(content, kind)


def _kind_of(content: bytes) -> str | None:
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return _KINDS.PNG
    if content.startswith(b"\xff\xd8\xff"):
        return _KINDS.JPEG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _KINDS.WEBP
    if content.startswith((b"GIF87a", b"GIF89a")):
        return _KINDS.GIF
    return None
