"""Documents read in a process of their own: the same as here, or a refusal."""

import pytest

from sources.extraction import MAX_BYTES, ExtractionError
from sources.extraction.bounded_extraction import ExtractionRequest, extract_bounded
from sources.extraction.document import MAX_LENGTH
from sources.extraction.extract import extract
from tests.helpers.pdf_files import pdf, pdf_bomb
from tests.helpers.sweeps import sweep

HARBOUR = "The harbour of Linden was closed for nine days in March, its operator said on Tuesday."
PAGE = (
    "<html lang=en><head><meta name=author content='Ada Brook'></head>"
    f"<body><article><p>{HARBOUR}</p></article></body></html>"
)


def refusal(content: bytes, **hints: str) -> ExtractionError:
    with pytest.raises(ExtractionError) as refused:
        extract_bounded(ExtractionRequest(content, **hints))  # type: ignore[arg-type]
    assert refused.value.sentence.endswith(".")
    return refused.value


@pytest.mark.slow
@sweep(
    "content",
    [
        PAGE.encode(),
        HARBOUR.encode(),
        pdf([HARBOUR, HARBOUR]),
        f"WEBVTT\n\n00:01.500 --> 00:02.000\n{HARBOUR}\n".encode(),
    ],
)
def test_the_document_is_the_same(content: bytes) -> None:
    assert extract_bounded(
        ExtractionRequest(content, url="https://gazette.example/2019/01/08/harbour")
    ) == extract(content, url="https://gazette.example/2019/01/08/harbour")


def test_a_refusal_is_the_same() -> None:
    assert refusal(b"\x89PNG\r\n\x1a\n" + bytes(20)).sentence.startswith("This is a PNG image")
    assert refusal(b"").reason_code == "empty"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("operators", "times"),
    [(b"(harbour) Tj\n", 40_000_000), (b"q ", 60_000_000)],
    ids=["words", "states"],
)
def test_a_small_pdf_that_unpacks_to_much(operators: bytes, times: int) -> None:
    """It took 9.8 GB once."""
    assert refusal(pdf_bomb(operators, times)).reason_code in ("too_costly", "unreadable")


@pytest.mark.slow
def test_more_text_than_is_stored() -> None:
    error = refusal(b"The harbour closed. " * (MAX_LENGTH // 20 + 1))
    assert (error.reason_code, "1,000,000" in error.sentence) == ("too_long", True)


def test_more_bytes_than_are_read() -> None:
    assert refusal(b"a" * (MAX_BYTES + 1)).reason_code == "too_large"
    assert refusal(b"a", transcript=b"1" * (MAX_BYTES + 1)).reason_code == "too_large"  # type: ignore[arg-type]
