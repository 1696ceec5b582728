"""Extraction in a separate process with limited memory and time."""

from functools import cache

from factcheck.confinement.confined import Confined, LimitExceeded
from factcheck.confinement.limits import Allowance, Cause
from factcheck.sentences import SpokenSentence

from .document import MAX_BYTES, Document, ExtractionError
from .packed_documents import ExtractionRequest, pack_request, unpack_answer

#: 512 MB and 30 seconds (`Allowance`); and an answer that holds the longest text, in whatever letters.
EXTRACTION_LIMITS = Allowance()

_REFUSALS = {
    Cause.TIME: (
        "too_costly",
        (
            SpokenSentence(
                "Reading this document takes more than %(seconds)s seconds. Paste its text, or import the "
                "part you need.",
                seconds=f"{EXTRACTION_LIMITS.seconds:.0f}",
            )
        ),
    ),
    Cause.MEMORY: (
        "too_costly",
        (
            SpokenSentence(
                "Reading this document needs more than %(memory)s MB of memory. Paste its text, or import "
                "the part you need.",
                memory=EXTRACTION_LIMITS.memory // 1024 // 1024,
            )
        ),
    ),
    Cause.BUSY: (
        "busy",
        SpokenSentence("Other documents are being read at the moment. Try again in a minute."),
    ),
    Cause.OUTPUT: (
        "too_long",
        SpokenSentence("This document contains more text than can be stored. Import the part you need."),
    ),
    Cause.CRASH: (
        "unreadable",
        (
            SpokenSentence(
                "Reading this document failed: it is damaged, or needs too much memory. Download it again, "
                "or paste its text."
            )
        ),
    ),
}


def extract_bounded(question: ExtractionRequest) -> Document:
    """Extract a document within limits of time and memory.

    Raises:
        ExtractionError: there is no document, or reading it exceeded a limit.
    """
    if max(len(question.content), len(question.transcript)) > MAX_BYTES:
        size = max(len(question.content), len(question.transcript)) / 1_000_000
        raise ExtractionError(
            "too_large",
            SpokenSentence(
                "This document is %(size)s MB; the limit is %(largest)s MB. Import the part you need.",
                size=f"{size:.1f}",
                largest=MAX_BYTES // 1000000,
            ),
        )
    try:
        return unpack_answer(_get_reader().answer(pack_request(question)))
    except LimitExceeded as bounds:
        raise ExtractionError(*_REFUSALS[bounds.cause]) from None


def start_loading() -> None:
    """Start loading the extraction modules, before a document is fetched."""
    _get_reader().start_loading()


@cache
def _get_reader() -> Confined:
    return Confined("sources.extraction.reading_process", EXTRACTION_LIMITS)
