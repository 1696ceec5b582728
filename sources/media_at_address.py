"""Fetch a picture from an untrusted URL, with limits, without storing it.

Callers learn only whether the URL returns a picture: not where it leads, nor why fetching failed.
"""

from django.utils.translation import gettext as _

from sources.failures import Failure
from sources.http.fetch_errors import FetchError
from sources.http.fetched_documents import Limits, fetch

#: A picture in the usual display size, and a short time limit: a user waits for the answer.
LIMITS = Limits(
    connect_seconds=3.0, read_seconds=5.0, total_seconds=8.0, content_bytes=10_000_000, redirects=3
)
_PICTURE_TYPES = frozenset(
    {
        *("image/jpeg", "image/jpg", "image/pjpeg", "image/png", "image/webp", "image/gif", "image/avif"),
        *("image/bmp", "image/tiff", "image/heic", "image/heif"),
        # The media type that file stores state for every file. The bytes decide.
        *("application/octet-stream", "binary/octet-stream"),
    }
)


class NotPictureError(Failure):
    """The response is not a picture."""


def fetch_picture(address: str) -> bytes:
    """Return the bytes at a URL.

    Raises:
        NotPictureError: the URL returned no picture, for any reason.
    """
    try:
        return fetch(address, limits=LIMITS, accepted=_PICTURE_TYPES).content
    except FetchError:
        raise NotPictureError(
            "not_fetched",
            _("No picture could be fetched from this address. Send the file instead."),
        ) from None
