"""The function that runs in the confined process (`factcheck.confinement.zygote`): text in, sentences out."""

import orjson

from claims.articles.detection import detect

_WARM_UP_ARTICLE = "“The harbour handled 4 million tonnes in 2023,” said Ada Brook, head of the port."


def prepare() -> None:
    """Load what every text needs, so that the processes that are forked have it."""
    detect(_WARM_UP_ARTICLE, "en")


def answer(question: bytes) -> bytes:
    request = orjson.loads(question)
    return orjson.dumps(detect(request["text"], request["language"]))
