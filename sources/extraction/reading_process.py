"""What runs in the confined process: a packed question is read, and the answer packed (`factcheck.confinement.zygote`)."""

from .document import ExtractionError
from .extract import extract
from .language import detect_language
from .packed_documents import pack_answer, unpack_request


def prepare() -> None:
    """Load the detector of languages, which takes longest."""
    detect_language("All of its words are of one language.")


def answer(question: bytes) -> bytes:
    asked = unpack_request(question)
    try:
        return pack_answer(
            extract(
                asked.content,
                content_type=asked.content_type,
                charset=asked.charset,
                url=asked.url,
                filename=asked.filename,
                transcript=asked.transcript,
                transcript_name=asked.transcript_name,
            )
        )
    except ExtractionError as refusal:
        return pack_answer(refusal)
