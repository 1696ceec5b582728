"""Extraction in a separate process with limited memory and time, and the messages between the two processes."""

from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from typing import Any

import orjson

from factcheck.confinement.confined import ConfinedModule, LimitExceeded
from factcheck.confinement.limits import Allowance, Cause
from factcheck.translatable_messages import TranslatableMessage

from .document import MAX_BYTES, Caveat, Cue, Document, ExtractionError

#: The defaults of `Allowance`: 512 MB, 30 seconds, and a result long enough for the longest text in any script.
EXTRACTION_LIMITS = Allowance()

_REFUSALS = {
    Cause.TIME: (
        "too_costly",
        (
            TranslatableMessage(
                "Reading this document takes more than %(seconds)s seconds. Paste its text, or import the "
                "part you need.",
                seconds=f"{EXTRACTION_LIMITS.seconds:.0f}",
            )
        ),
    ),
    Cause.MEMORY: (
        "too_costly",
        (
            TranslatableMessage(
                "Reading this document needs more than %(memory)s MB of memory. Paste its text, or import "
                "the part you need.",
                memory=EXTRACTION_LIMITS.memory // 1024 // 1024,
            )
        ),
    ),
    Cause.BUSY: (
        "busy",
        TranslatableMessage("Other documents are being read at the moment. Try again in a minute."),
    ),
    Cause.OUTPUT: (
        "too_long",
        TranslatableMessage("This document contains more text than can be stored. Import the part you need."),
    ),
    Cause.CRASH: (
        "unreadable",
        (
            TranslatableMessage(
                "Reading this document failed: it is damaged, or needs too much memory. Download it again, "
                "or paste its text."
            )
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class ExtractionRequest:
    """The bytes of a document to read, and the known details of the document."""

    content: bytes
    content_type: str = ""
    charset: str | None = None
    url: str = ""
    filename: str = ""
    transcript: bytes = b""
    transcript_name: str = ""


def extract_bounded(request: ExtractionRequest) -> Document:
    """Extract a document within limits of time and memory.

    Raises:
        ExtractionError: there is no document, or reading it exceeded a limit.
    """
    if max(len(request.content), len(request.transcript)) > MAX_BYTES:
        size = max(len(request.content), len(request.transcript)) / 1_000_000
        raise ExtractionError(
            "too_large",
            "This document is %(size)s MB; the limit is %(largest)s MB. Import the part you need.",
            size=f"{size:.1f}",
            largest=MAX_BYTES // 1000000,
        )
    try:
        return unpack_result(_get_reader().send_request(pack_request(request)))
    except LimitExceeded as bounds:
        raise ExtractionError(*_REFUSALS[bounds.cause]) from None


def start_loading() -> None:
    """Start loading the extraction modules, before a document is fetched."""
    _get_reader().start_loading()


@cache
def _get_reader() -> ConfinedModule:
    return ConfinedModule("sources.extraction.reading_process", EXTRACTION_LIMITS)


def pack_request(request: ExtractionRequest) -> bytes:
    hints = {
        "content_type": request.content_type,
        "charset": request.charset,
        "url": request.url,
        "filename": request.filename,
        "transcript_name": request.transcript_name,
        "content": len(request.content),
    }
    # `_to_plain` replaces lone surrogates, which a server's header may contain and orjson rejects.
    head = orjson.dumps({name: _to_plain(value) for name, value in hints.items()})
    return b"".join([len(head).to_bytes(4), head, request.content, request.transcript])


def unpack_request(message: bytes) -> ExtractionRequest:
    begins = 4 + int.from_bytes(message[:4])
    hints = orjson.loads(message[4:begins])
    ends = begins + hints.pop("content")
    return ExtractionRequest(message[begins:ends], transcript=message[ends:], **hints)


def pack_result(result: Document | ExtractionError) -> bytes:
    if isinstance(result, ExtractionError):
        return orjson.dumps({"refused": [result.reason_code, result.sentence.pack()]})
    return orjson.dumps({"document": asdict(result)})


def unpack_result(message: bytes) -> Document:
    """Unpack the document in a message. Messages are not pickles, because the sending process handles untrusted bytes.

    Raises:
        ExtractionError: the message is that process's refusal to read the document.
    """
    content: dict[str, Any] = orjson.loads(message)
    if refusal := content.get("refused"):
        code, sentence = refusal
        raise ExtractionError(code, TranslatableMessage.unpack(sentence))
    values = content["document"]
    published_on = values.pop("published_on")
    return Document(
        **{
            **values,
            "published_on": date.fromisoformat(published_on) if published_on else None,
            "caveats": tuple(Caveat(**caveat) for caveat in values["caveats"]),
            "cues": tuple(Cue(**cue) for cue in values["cues"]),
        }
    )


def _to_plain(value: str | int | None) -> str | int | None:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
