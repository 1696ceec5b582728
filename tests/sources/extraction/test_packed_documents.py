"""Questions and answers between two processes: what goes in comes out."""

import string
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.extraction import Document, ExtractionError
from sources.extraction.bounded_extraction import (
    ExtractionRequest,
    pack_request,
    pack_result,
    unpack_request,
    unpack_result,
)
from sources.extraction.document import Caveat, Cue

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
documents = st.builds(
    Document,
    **dict.fromkeys(("title", "byline", "language", "publisher", "canonical_url", "text"), words),
    media_type=st.just("text/html"),
    extractor=words,
    published_on=st.none() | st.dates(date(1500, 1, 1), date(2100, 1, 1)),
    caveats=st.lists(st.builds(Caveat, words, words), max_size=3).map(tuple),
    cues=st.lists(
        st.builds(Cue, st.integers(0, 10**6), st.floats(0, 1e5), st.floats(0, 1e5)), max_size=3
    ).map(tuple),
)


@given(documents)
def test_a_document(document: Document) -> None:
    assert unpack_result(pack_result(document)) == document


@given(words, words)
def test_a_refusal(code: str, sentence: str) -> None:
    with pytest.raises(ExtractionError) as refused:
        unpack_result(pack_result(ExtractionError(code, sentence)))
    assert (refused.value.reason_code, refused.value.sentence) == (code, sentence)


@given(
    st.builds(
        ExtractionRequest,
        st.binary(max_size=50),
        content_type=words,
        charset=st.none() | words,
        url=words,
        filename=words,
        transcript=st.binary(max_size=50),
        transcript_name=words,
    )
)
def test_a_question(question: ExtractionRequest) -> None:
    assert unpack_request(pack_request(question)) == question


@pytest.mark.parametrize("name", ["filename", "charset", "url"])
def test_an_undecodable_name_does_not_stop_reading(name: str) -> None:
    hints: dict[str, Any] = {name: "caf\udce9"}
    asked = unpack_request(pack_request(ExtractionRequest(b"x", **hints)))
    assert getattr(asked, name) == "caf?"
    assert set(getattr(asked, name)) <= set(string.printable)
