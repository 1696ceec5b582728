"""What runs in the confined process (`factcheck.confinement.zygote`): a text in, its sentences out."""

import orjson

from claims.articles.detection import read

_ARTICLE = "“The harbour handled 4 million tonnes in 2023,” said Ada Brook, head of the port."


def prepare() -> None:
    """Load what every text needs, so that the processes that are forked have it."""
    read(_ARTICLE, "en")


def answer(question: bytes) -> bytes:
    request = orjson.loads(question)
    return orjson.dumps(read(request["text"], request["language"]))
