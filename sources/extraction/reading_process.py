"""The function that reads documents in the confined process (`factcheck.confinement.zygote`)."""

from .bounded_extraction import ExtractionRequest, pack_result, unpack_request
from .document import Document, ExtractionError
from .extract import extract, extract_recording

_WARM_UP_PAGE = """<!doctype html><html lang="en"><head><title>A page to begin with</title></head><body><article>
<h1>A page to begin with</h1><p>Whoever reads one page has loaded what reading the next one takes.</p>
<p>There is the detector of languages, and there are many expressions that have to be compiled.</p></article></body>
</html>
"""


def prepare() -> None:
    """Read a sample page, so that forked processes find all modules loaded."""
    extract(_WARM_UP_PAGE.encode())


def handle_request(request_body: bytes) -> bytes:
    request = unpack_request(request_body)
    try:
        return pack_result(_extract_document(request))
    except ExtractionError as refusal:
        return pack_result(refusal)


def _extract_document(request: ExtractionRequest) -> Document:
    if request.transcript:
        return extract_recording(
            request.content,
            request.transcript,
            charset=request.charset,
            url=request.url,
            filename=request.transcript_name,
        )
    return extract(
        request.content,
        content_type=request.content_type,
        charset=request.charset,
        url=request.url,
        filename=request.filename,
    )
