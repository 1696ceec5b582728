"""URLs of this site in stored texts: stored without the host, which is added when they are served.

Published texts must not change when the site moves to another host, but their links must lead to the new one. So a
stored text contains only the path, after a mark: a tab between a member's name and its value. JSON allows it there, no
text can contain it (in a string, a tab is written `\\t`), and searching for a single byte costs next to nothing.

    in Python, before it is stored    {"url": "\\0/claims/7/bridge/"}     OWN_SITE_MARK, then the path
    stored                            {"url":<tab>"/claims/7/bridge/"}
    served                            {"url":"https://facts.example.org/claims/7/bridge/"}
"""

import hashlib
from functools import lru_cache
from typing import Any

import orjson
from django.conf import settings

#: The mark of a URL of this site in a document that is not stored yet. PostgreSQL stores no text with this character.
OWN_SITE_MARK = "\0"

_MARK = b"\t"
_QUOTED_OWN_SITE_MARK = b'"\\u0000'


def render_stored(document: Any) -> str:
    """Return a document as JSON for storage, with marks in place of this site's URL: compact, UTF-8, keys in order."""
    return (
        escape_quotation_marks(orjson.dumps(document)).replace(_QUOTED_OWN_SITE_MARK, _MARK + b'"').decode()
    )


def escape_quotation_marks(text: bytes) -> bytes:
    """Return JSON with quotation marks inside texts as `\\u0022`, so that all other ones delimit texts.

    The ledger, and programs that verify it, can then find the texts without parsing JSON.
    """
    return text.replace(b"\\\\", b"\\u005c").replace(b'\\"', b"\\u0022") if b'\\"' in text else text


def parse_stored(text: str | bytes) -> Any:
    """Parse a stored text as a document that can be stored again, with `OWN_SITE_MARK` for this site's URL."""
    stored_bytes = text.encode() if isinstance(text, str) else text
    return orjson.loads(stored_bytes.replace(_MARK + b'"', _QUOTED_OWN_SITE_MARK))


def insert_site_url(text: bytes) -> bytes:
    """Return a stored text with this site's current URL."""
    return b"".join(split_pieces(text)) if _MARK in text else text


def split_pieces(text: bytes) -> list[bytes | memoryview]:
    """Split a stored text, without copying, into the parts between which `insert_site_url` puts this site's URL."""
    opening = b'"' + settings.SITE_URL.encode()
    view = memoryview(text)
    pieces: list[bytes | memoryview] = []
    begin = 0
    while (mark := text.find(_MARK, begin)) >= 0:
        pieces += view[begin:mark], opening
        begin = mark + 2  # behind the mark and the quotation mark that opens the value
    pieces.append(view[begin:])
    return pieces


def render_served(document: Any) -> str:
    """Render a document as JSON that is served immediately."""
    return insert_site_url(render_stored(document).encode()).decode()


def has_valid_marks(text: bytes) -> bool:
    """Return whether every mark in an untrusted text is where `render_stored` puts it."""
    return all(part.startswith((b'"/', b'"",')) for part in text.split(_MARK)[1:])


def build_site_etag(etag: str) -> str:
    """Return an ETag that changes with the given ETag and with this site's URL."""
    plain_etag = etag.strip('"')
    return f"{plain_etag}-{_digest_address(settings.SITE_URL)}"


@lru_cache(maxsize=4)
def _digest_address(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()[:8]
