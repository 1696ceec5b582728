"""Office documents: their text, and hidden or deleted parts."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.extraction import Document, ExtractionError
from sources.extraction.extract import extract
from sources.extraction.office import DOCX, ODT
from tests.helpers.sweeps import sweep

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
OFFICE = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:'
    'text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
)
DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
HARBOUR = "The harbour of Linden was closed for nine days in March, its operator said on Tuesday."
TRADE = "Trade through the port fell by a fifth in that month, according to the ministry."


def packed(**parts: str | bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), part)
    return stream.getvalue()


def docx(body: str, about: str = "", **parts: str) -> bytes:
    core = f"<a {DC}>{about}</a>"
    return packed(
        word__document_xml=f"<w:document {W} {MC}><w:body>{body}</w:body></w:document>",
        docProps__core_xml=core,
        **parts,
    )


def p(*runs: str) -> str:
    return "<w:p>" + "".join(f"<w:r><w:t xml:space='preserve'>{run}</w:t></w:r>" for run in runs) + "</w:p>"


def odt(body: str, about: str = "", **parts: str) -> bytes:
    content = f"<office:d {OFFICE}><office:body><office:text>{body}</office:text></office:body></office:d>"
    return packed(mimetype=ODT, content_xml=content, meta_xml=f"<a {DC}>{about}</a>", **parts)


def refusal(content: bytes) -> str:
    with pytest.raises(ExtractionError) as caught:
        extract(content)
    assert caught.value.sentence.endswith(".")
    return caught.value.reason_code


class TestDocx:
    def test_a_document(self) -> None:
        document = extract(
            docx(
                p(
                    "The har",
                    "bour of Linden was closed for nine days in March, its operator said on Tuesday.",
                )
                + p(TRADE),
                "<dc:title>Harbour closed</dc:title><dc:creator>Ada Brook</dc:creator>",
            )
        )
        assert document == Document(
            title="Harbour closed",
            byline="Ada Brook",
            published_on=None,
            language="en",
            publisher="",
            canonical_url="",
            text=f"{HARBOUR}\n\n{TRADE}",
            media_type=DOCX,
            extractor=document.extractor,
        )

    def test_deleted_text_and_field_codes_are_not_text(self) -> None:
        changed = (
            "<w:p><w:r><w:t>It cost </w:t></w:r><w:del><w:r><w:delText>30</w:delText><w:t>31</w:t></w:r></w:del>"
            "<w:ins><w:r><w:t>40 million</w:t></w:r></w:ins><w:r><w:instrText>HYPERLINK</w:instrText></w:r></w:p>"
        )
        assert extract(docx(changed)).text == "It cost 40 million"

    def test_tabs_breaks_and_hyphens(self) -> None:
        body = (
            "<w:p><w:r><w:t>nine</w:t><w:tab/><w:t>days</w:t><w:br/><w:t>in mid</w:t><w:noBreakHyphen/>"
            "<w:t>March</w:t></w:r></w:p>"
        )
        assert extract(docx(body)).text == "nine days\nin mid-March"

    def test_a_table_has_a_line_for_each_row(self) -> None:
        def row(*cells: str) -> str:
            return "<w:tr>" + "".join(f"<w:tc>{p(cell)}{p()}</w:tc>" for cell in cells) + "</w:tr>"

        table = f"<w:tbl>{row('Year', 'Ships')}{row('2018', '412')}</w:tbl>"
        assert extract(docx(p(HARBOUR) + table + p(TRADE))).text.split("\n\n") == [
            HARBOUR,
            "Year | Ships",
            "2018 | 412",
            TRADE,
        ]

    def test_a_box_comes_behind_the_paragraph_it_hangs_in_and_once(self) -> None:
        box = f"<w:txbxContent>{p('A box')}</w:txbxContent>"
        body = (
            f"<w:p><w:r><w:t>Before "
            f"</w:t></w:r><w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}"
            "</mc:Fallback></mc:AlternateContent></w:r><w:r><w:t>and after.</w:t></w:r></w:p>"
        )
        assert extract(docx(body)).text == "Before and after.\n\nA box"

    def test_footnotes_come_last(self) -> None:
        notes = f"<w:footnotes {W}><w:footnote>{p('See the report of 2019.')}</w:footnote></w:footnotes>"
        assert (
            extract(docx(p(HARBOUR), word__footnotes_xml=notes)).text
            == f"{HARBOUR}\n\nSee the report of 2019."
        )


class TestOdt:
    def test_a_document(self) -> None:
        body = (
            "<text:sequence-decls><text:x/></text:sequence-decls><text:h>Harbour closed</text:h>"
            "<text:p>It was <text:span>closed</text:span> for<text:s/>nine<text:tab/>days.<text:line-break/>Then "
            "it rained.</text:p>"
            "<text:list><text:list-item><text:p>One thing.</text:p></text:list-item></text:list>"
            "<table:table><table:table-row><table:table-cell><text:p>2018</text:p></table:table-cell><table:table-cell>"
            "<text:p>412</text:p></table:table-cell></table:table-row></table:table>"
        )
        document = extract(odt(body, "<dc:title>Harbour</dc:title><dc:creator>Ada Brook</dc:creator>"))
        assert (document.title, document.byline, document.media_type) == ("Harbour", "Ada Brook", ODT)
        assert document.text.split("\n\n") == [
            "Harbour closed",
            "It was closed for nine days.\nThen it rained.",
            "One thing.",
            "2018 | 412",
        ]

    def test_notes_come_behind_comments_and_deleted_words_do_not(self) -> None:
        body = (
            "<text:tracked-changes><text:p>31 million</text:p></text:tracked-changes><text:p>It "
            "cost<office:annotation>"
            "<text:p>Really?</text:p></office:annotation> 40 "
            "million<text:note><text:note-citation>1</text:note-citation>"
            "<text:note-body><text:p>In 2019.</text:p></text:note-body></text:note> in all.</text:p>"
        )
        assert extract(odt(body)).text == "It cost 40 million in all.\n\nIn 2019."

    def test_a_locked_one(self) -> None:
        assert (
            refusal(odt("<text:p>x</text:p>", **{"META-INF__manifest_xml": "<m><encryption-data/></m>"}))
            == "locked"
        )


@sweep(
    ("content", "code"),
    [
        (docx(""), "no_text"),
        (docx(p("  ")), "no_text"),
        (packed(word__document_xml="<w:document"), "damaged"),
        (docx(p(HARBOUR))[:-30], "binary"),
        (packed(xl__workbook_xml="<workbook/>"), "binary"),
        (packed(mimetype="application/vnd.oasis.opendocument.spreadsheet", content_xml="<a/>"), "binary"),
        (packed(word__document_xml=b"<w:p>" * 8_000_000), "too_large"),
        (
            packed(
                word__document_xml='<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
                f"<w:document {W}>{p('see &b;')}</w:document>"
            ),
            "damaged",
        ),
        (
            packed(
                word__document_xml='<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
                f"<w:document {W}>{p('see &a; there')}</w:document>"
            ),
            "damaged",
        ),
    ],
)
def test_refused_documents(content: bytes, code: str) -> None:
    assert refusal(content) == code


@given(st.binary(max_size=200), st.integers(0, 400), st.booleans())
def test_damage_gives_a_document_or_a_sentence(junk: bytes, place: int, is_docx: bool) -> None:
    content = docx(p(HARBOUR)) if is_docx else odt(f"<text:p>{HARBOUR}</text:p>")
    try:
        document = extract(content[:place] + junk + content[place + len(junk) :])
    except ExtractionError as refused:
        assert refused.sentence.endswith(".")  # noqa: PT017  either outcome is right
        return
    assert document.text
