"""Bytes that become a document, and the errors for others."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.extraction import MAX_BYTES, Document, ExtractionError
from sources.extraction.extract import extract
from tests.helpers.sweeps import sweep

TEXT = "Harbour closed for nine days\n\nThe harbour was closed for nine days in March, its operator said."
PAGE = f"<!doctype html><html><head><title>Port</title></head><body><article><p>{TEXT[30:]}</p></article></body></html>"


def refusal(content: bytes, **hints: str) -> ExtractionError:
    with pytest.raises(ExtractionError) as caught:
        extract(content, **hints)
    assert str(caught.value) == caught.value.sentence
    assert caught.value.sentence.endswith(".")
    return caught.value


def archive() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr("xl/workbook.xml", "<workbook/>")
    return stream.getvalue()


class TestKind:
    @sweep(
        ("content", "content_type", "filename", "media_type"),
        [
            (PAGE, "text/html", "", "text/html"),
            (PAGE, "Text/HTML; charset=utf-8", "", "text/html"),
            (PAGE, "application/xhtml+xml", "", "application/xhtml+xml"),
            (PAGE, "", "", "text/html"),
            (PAGE, "application/octet-stream", "", "text/html"),
            (f"<?xml version='1.0'?>\n<!-- saved -->\n{PAGE}", "", "", "text/html"),
            (PAGE[15:], "", "story.htm", "text/html"),
            ("<div><p>The harbour was closed for nine days in March.</p></div>", "", "", "text/html"),
            (TEXT, "text/plain", "", "text/plain"),
            (TEXT, "", "story.txt", "text/plain"),
            (TEXT, "", "", "text/plain"),
            # People save pages as text, and servers send text as HTML.
            (PAGE, "", "story.txt", "text/html"),
            (TEXT, "text/html", "", "text/plain"),
            (
                "<p> is the paragraph tag of HTML, and every page has some of it.",
                "text/plain",
                "",
                "text/plain",
            ),
        ],
    )
    def test_is_reported_by_the_server_the_name_or_the_document(
        self, content: str, content_type: str, filename: str, media_type: str
    ) -> None:
        document = extract(content.encode(), content_type=content_type, filename=filename)
        assert document.media_type == media_type
        assert "harbour" in document.text or "paragraph tag" in document.text

    @sweep("content_type", ["application/json", "text/css", "image/svg+xml", "application/rss+xml"])
    def test_other_kinds_are_named(self, content_type: str) -> None:
        error = refusal(b'{"a": 1}', content_type=content_type)
        assert (error.reason_code, content_type in error.sentence) == ("not_accepted", True)

    def test_an_invalid_pdf(self) -> None:
        assert refusal(b"Not found", content_type="application/pdf").reason_code == "damaged"


class TestRefusals:
    @sweep("content", [b"", b" \n\t ", b"\xef\xbb\xbf", b"\xef\xbb\xbf \n", "\u200b\n\u00a0".encode()])
    @sweep("content_type", ["", "text/plain", "text/html"])
    def test_nothing(self, content: bytes, content_type: str) -> None:
        assert refusal(content, content_type=content_type).reason_code == "empty"

    @pytest.mark.parametrize(
        "page",
        [
            "<html><body></body></html>",
            "<!doctype html><html><head><title>Harbour</title></head><body><script>draw()</script></body></html>",
            "<html><body><form><label>Name</label><input></form></body></html>",
        ],
    )
    def test_a_page_without_words(self, page: str) -> None:
        assert refusal(page.encode()).reason_code == "no_text"

    def test_too_large(self) -> None:
        error = refusal(b"a" * (MAX_BYTES + 1))
        assert (error.reason_code, "10 MB" in error.sentence) == ("too_large", True)

    @sweep(
        ("content", "name"),
        [
            (b"\x89PNG\r\n\x1a\n" + b"\x00" * 20, "a PNG image"),
            (b"\xff\xd8\xff\xe0 JFIF", "a JPEG image"),
            (b"GIF89a....", "a GIF image"),
            (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "a WebP image"),
            (archive(), "a ZIP archive or an office document"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 20, "an old office document"),
            (b"{\\rtf1\\ansi Harbour}", "a rich text (RTF) document"),
            (b"\x1f\x8b\x08\x00....", "a gzip archive"),
            (b"\x7fELF\x02\x01\x01", "a program"),
            (b"MZ\x90\x00\x03\x00\x00", "a Windows program"),
            (b"\x00\x00\x00\x18ftypmp42", "an MP4 video or HEIF image"),
            (b"ID3\x03\x00", "an MP3 recording"),
            (b"SQLite format 3\x00", "an SQLite database"),
        ],
    )
    @sweep("content_type", ["", "text/html", "text/plain"])
    def test_a_binary_file_is_called_by_its_name(self, content: bytes, name: str, content_type: str) -> None:
        error = refusal(content, content_type=content_type)
        assert (error.reason_code, name in error.sentence) == ("binary", True)

    @pytest.mark.parametrize(
        "content", [b"Harbour\x00closed", b"\x01\x02\x03\x04" * 50, bytes(range(256)) * 8]
    )
    def test_an_unknown_binary_file(self, content: bytes) -> None:
        assert refusal(content).reason_code == "binary"

    def test_a_text_may_begin_like_a_program(self) -> None:
        assert extract(b"MZ is the mark of a program for DOS.").text == "MZ is the mark of a program for DOS."


@given(
    st.binary(max_size=400) | st.text(max_size=300).map(str.encode),
    st.sampled_from(["", "text/html", "text/plain"]),
)
def test_any_bytes_give_a_document_or_a_sentence(content: bytes, content_type: str) -> None:
    try:
        document = extract(content, content_type=content_type)
    except ExtractionError as error:
        assert error.sentence.endswith(".")  # noqa: PT017  either outcome is right
        return
    assert isinstance(document, Document)
    assert document.text.strip() == document.text != ""
    assert document.text.encode()
    assert "\n\n\n" not in document.text
    assert not any(character < " " and character != "\n" for character in document.text)


def test_the_same_bytes_give_the_same_document() -> None:
    assert extract(PAGE.encode()) == extract(PAGE.encode())
