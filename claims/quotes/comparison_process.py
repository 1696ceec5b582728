"""What runs in the confined process (`factcheck.confinement.zygote`): two texts and quotes in, their places out."""

import orjson

from claims.quotes.anchors import Anchor
from claims.quotes.followed_quotes import follow


def prepare() -> None:
    """Load what every text needs, so that the processes that are forked have it."""
    follow("Wells ran dry. It rained.", "Wells ran dry.", [Anchor("Wells ran dry.", "", "", 0, 14)])


def answer(question: bytes) -> bytes:
    request = orjson.loads(question)
    return orjson.dumps(
        follow(request["old"], request["new"], [Anchor(**anchor) for anchor in request["anchors"]])
    )
