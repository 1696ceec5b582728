"""What runs in the confined process (`factcheck.confinement.zygote`): a request is unpacked, and its answer packed."""

from .document import Document, ExtractionError
from .extract import extract, extract_recording
from .language import detect_language
from .packed_documents import ExtractionRequest, pack_answer, unpack_request


def prepare() -> None:
    """Load the detector of languages, which takes longest."""
    detect_language("All of its words are of one language.")


def answer(question: bytes) -> bytes:
    asked = unpack_request(question)
    try:
        return pack_answer(_document(asked))
    except ExtractionError as refusal:
        return pack_answer(refusal)


def _document(asked: ExtractionRequest) -> Document:
    if asked.transcript:
        return extract_recording(
            asked.content,
            asked.transcript,
            charset=asked.charset,
            url=asked.url,
            filename=asked.transcript_name,
        )
    return extract(
        asked.content,
        content_type=asked.content_type,
        charset=asked.charset,
        url=asked.url,
        filename=asked.filename,
    )
