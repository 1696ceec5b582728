"""The code that runs in the sandboxed process: it receives two texts and quotes, and returns positions."""

import orjson

from claims.quotes.anchors import Anchor
from claims.quotes.followed_quotes import follow


def prepare() -> None:
    """Load the data that every comparison needs, before worker processes are forked."""
    follow("Wells ran dry. It rained.", "Wells ran dry.", [Anchor("Wells ran dry.", "", "", 0, 14)])


def handle_request(request_body: bytes) -> bytes:
    request = orjson.loads(request_body)
    return orjson.dumps(
        follow(request["old"], request["new"], [Anchor(**anchor) for anchor in request["anchors"]])
    )
