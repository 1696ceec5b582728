"""Serialise documents and refusals that pass between this process and the one that reads documents."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import orjson

from factcheck.sentences import SpokenSentence

from .document import Caveat, Cue, Document, ExtractionError


@dataclass(frozen=True, slots=True)
class ExtractionRequest:
    """A document to read, with its context."""

    content: bytes
    content_type: str = ""
    charset: str | None = None
    url: str = ""
    filename: str = ""
    transcript: bytes = b""
    transcript_name: str = ""


def pack_request(question: ExtractionRequest) -> bytes:
    hints = {
        "content_type": question.content_type,
        "charset": question.charset,
        "url": question.url,
        "filename": question.filename,
        "transcript_name": question.transcript_name,
        "content": len(question.content),
    }
    # Whatever bytes a server sends as a header, no lone surrogate of them may stop us.
    head = orjson.dumps({name: _to_plain(value) for name, value in hints.items()})
    return b"".join([len(head).to_bytes(4), head, question.content, question.transcript])


def unpack_request(message: bytes) -> ExtractionRequest:
    begins = 4 + int.from_bytes(message[:4])
    hints = orjson.loads(message[4:begins])
    ends = begins + hints.pop("content")
    return ExtractionRequest(message[begins:ends], transcript=message[ends:], **hints)


def pack_answer(answer: Document | ExtractionError) -> bytes:
    if isinstance(answer, ExtractionError):
        sentence = answer.sentence
        return orjson.dumps(
            {
                "refused": [
                    answer.reason_code,
                    sentence.pack() if isinstance(sentence, SpokenSentence) else [str(sentence), {}],
                ]
            }
        )
    return orjson.dumps({"document": asdict(answer)})


def unpack_answer(message: bytes) -> Document:
    """Unpack a document. Not a pickle, because the process that sent it has handled untrusted bytes.

    Raises:
        ExtractionError: the document was refused.
    """
    answer: dict[str, Any] = orjson.loads(message)
    if refusal := answer.get("refused"):
        code, sentence = refusal
        raise ExtractionError(code, SpokenSentence.unpack(sentence))
    values = answer["document"]
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
