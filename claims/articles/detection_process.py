"""The function that runs in the sandboxed process (`factcheck.confinement.zygote`): text in, sentences out."""

import orjson

from claims.articles.detection import detect

_WARM_UP_ARTICLE = "“The harbour handled 4 million tonnes in 2023,” said Ada Brook, head of the port."


def prepare() -> None:
    """Load the data that every text needs, before forking the worker processes that share it."""
    detect(_WARM_UP_ARTICLE, "en")


def handle_request(request_body: bytes) -> bytes:
    request = orjson.loads(request_body)
    return orjson.dumps(detect(request["text"], request["language"]))
