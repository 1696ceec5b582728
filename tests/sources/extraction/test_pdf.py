"""PDF documents: the text layer in paragraphs, or a sentence."""

from importlib.metadata import version

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.extraction import Document, ExtractionError
from sources.extraction.bounded_extraction import ExtractionRequest, extract_bounded
from sources.extraction.document import Caveat
from sources.extraction.extract import extract
from tests.helpers.pdf_files import Placed, pdf
from tests.helpers.sweeps import sweep

PARAGRAPH = [
    "The harbour of Linden was closed for nine days in March, its operator",
    "said on Tuesday. Trade fell by a fifth in that month, according to the",
    "ministry. It has recovered since.",
]
SECOND = [
    "Fishing crews were paid 1.2 million crowns from a relief fund, and a",
    "second payment is due before the winter, said the mayor.",
]


def refusal(content: bytes) -> str:
    with pytest.raises(ExtractionError) as caught:
        extract(content)
    assert caught.value.sentence.endswith(".")
    return caught.value.reason_code


def test_a_document() -> None:
    content = pdf(["Harbour closed", *PARAGRAPH, *SECOND], title="Harbour closed", author="Ada Brook")
    assert extract(content, content_type="application/pdf") == Document(
        title="Harbour closed",
        byline="Ada Brook",
        published_on=None,
        language="en",
        publisher="",
        canonical_url="",
        text=f"Harbour closed\n\n{' '.join(PARAGRAPH)}\n\n{' '.join(SECOND)}",
        media_type="application/pdf",
        extractor=f"pypdfium2 {version('pypdfium2')}",
    )


@pytest.mark.parametrize("hints", [{"content_type": "text/html"}, {"filename": "story.txt"}, {}])
def test_is_recognised_by_its_beginning(hints: dict[str, str]) -> None:
    assert extract(b"\r\n" + pdf(PARAGRAPH), **hints).media_type == "application/pdf"


@sweep("title", ["Microsoft Word - harbour.docx", "harbour.pdf", "Untitled-1", "Document1", ""])
def test_a_file_name_is_no_title(title: str) -> None:
    assert extract(pdf(PARAGRAPH, title=title)).title == ""


def test_paragraphs_run_on_over_pages_without_running_heads_and_page_numbers() -> None:
    bodies = [[f"{letter}{line} {PARAGRAPH[line % 2]}" for line in range(6)] for letter in "abcd"]
    pages = [[f"Linden Gazette, page {at}", *body, str(at)] for at, body in enumerate(bodies, 1)]
    assert extract(pdf(*pages)).text == " ".join(line for body in bodies for line in body)


def test_a_scan_has_no_text() -> None:
    assert refusal(pdf([], [], [])) == "no_text"
    assert refusal(pdf(["Scan 1"], ["Scan 2"])) == "no_text"


def test_a_damaged_file() -> None:
    assert refusal(b"%PDF-1.4\nnothing of use") == "damaged"
    assert refusal(b"%PDF-1.4\n" + bytes(range(256)) * 20) == "damaged"


def test_a_locked_file() -> None:
    secret = f"/O <{'41' * 32}> /U <{'42' * 32}>"
    locked = f"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 {secret} >> /ID [<00> <00>]"
    assert refusal(pdf(PARAGRAPH, trailer=locked)) == "locked"


LEFT = [
    "The harbour of Linden was closed for nine",
    "days in March, its operator said. Nobody",
    "could say who will pay for the repairs, nor",
    "when the second crane is to be delivered.",
    "Fishing crews were paid from a relief fund",
    "that the ministry had set up in the spring.",
]
RIGHT = [
    "Trade through the port fell by a fifth in",
    "that month, according to figures that the",
    "ministry published. It has recovered since,",
    "said Ada Brook, who has run the port since",
    "2011, and expects to make up for most of it",
    "by the summer of the following year.",
]


def columns(*texts: list[str], top: float = 700.0, lefts: tuple[float, ...] = (50.0, 310.0)) -> list[Placed]:
    """Line by line over the whole page, as some programs write them."""
    return [
        (left, top - 14 * number, text[number], 11.0)
        for number in range(max(map(len, texts)))
        for left, text in zip(lefts, texts, strict=False)
        if number < len(text)
    ]


class TestColumns:
    def test_are_read_one_after_the_other(self) -> None:
        assert extract(pdf(columns(LEFT, RIGHT))).text.replace("\n\n", " ") == " ".join(LEFT + RIGHT)

    def test_under_a_headline_that_spans_them(self) -> None:
        headline: Placed = (
            50.0,
            740.0,
            "The harbour of Linden reopens after nine days and a long dispute",
            16.0,
        )
        text = extract(pdf([headline, *columns(LEFT, RIGHT)])).text
        assert text.replace("\n\n", " ") == " ".join([headline[2], *LEFT, *RIGHT])
        assert text.startswith(f"{headline[2]}\n\n")

    def test_above_and_below_a_line_that_spans_them(self) -> None:
        between: Placed = (
            50.0,
            600.0,
            "A word from the mayor, who has the last one in this dispute about harbours",
            14.0,
        )
        page = [*columns(LEFT, RIGHT), between, *columns(RIGHT, LEFT, top=570.0)]
        assert extract(pdf(page)).text.replace("\n\n", " ") == " ".join(
            [*LEFT, *RIGHT, between[2], *RIGHT, *LEFT]
        )

    def test_three_of_them(self) -> None:
        narrow = [[line[:24].rsplit(" ", 1)[0] for line in text] for text in (LEFT, RIGHT, LEFT[::-1])]
        page = columns(*narrow, lefts=(50.0, 225.0, 400.0))
        assert extract(pdf(page)).text.replace("\n\n", " ") == " ".join(
            line for text in narrow for line in text
        )

    def test_a_table_is_read_row_by_row(self) -> None:
        years = [str(year) for year in range(2010, 2018)]
        ships = [f"{year} ships" for year in range(410, 418)]
        page: list[str | Placed] = [*PARAGRAPH, *columns(years, ships)]
        assert " ".join(f"{year} {ship}" for year, ship in zip(years, ships, strict=True)) in " ".join(
            extract(pdf(page)).text.split()
        )


class TestHyphens:
    def test_at_the_end_of_a_line_are_undone(self) -> None:
        lines = [
            "The harbour of Linden was closed for nine days and the mini-",
            "stry has not said why it was, nor who pays.",
        ]
        assert "ministry has not" in extract(pdf(lines)).text

    def test_of_words_that_have_one_stay(self) -> None:
        lines = [
            "A well-known mayor said that the harbour of Linden is the most well-",
            "known of all, and that the years 2010-2015 were better than 2016-",
            "2019, in the South-West as in the North-",
            "East of the country.",
        ]
        text = extract(pdf(lines)).text
        assert ("well-known of all" in text, "2016-2019" in text, "North-East" in text) == (True, True, True)


def test_heads_that_change_from_left_to_right_pages() -> None:
    bodies = [[f"{letter}{line} {PARAGRAPH[line % 2]}" for line in range(6)] for letter in "abcdef"]
    heads = ["The Linden Gazette", "Harbours and ports"]
    pages = [[heads[at % 2], *body, f"- {at} -"] for at, body in enumerate(bodies)]
    assert extract(pdf(*pages)).text == " ".join(line for body in bodies for line in body)


def test_a_wide_gap_or_larger_letters_begin_a_paragraph() -> None:
    page: list[Placed] = [(50.0, 700.0 - 14 * number, line, 11.0) for number, line in enumerate(LEFT)]
    page += [(50.0, 590.0, "What comes next", 15.0)]
    page += [(50.0, 560.0 - 14 * number, line, 11.0) for number, line in enumerate(RIGHT)]
    assert extract(pdf(page)).text.split("\n\n") == [" ".join(LEFT), "What comes next", " ".join(RIGHT)]


def test_pages_that_are_pictures_are_reported() -> None:
    document = extract(pdf(PARAGRAPH * 6, [""], PARAGRAPH * 6, []))
    assert document.caveats == (
        Caveat(
            "partly_read",
            "Of 4 pages, page 2 holds a picture and no text, and could not be read. "
            "Run the document through text recognition (OCR) if they matter.",
        ),
    )


@settings(max_examples=20)
@given(st.binary(min_size=1, max_size=40), st.integers(0, 2000))
def test_damage_gives_a_document_or_a_sentence(junk: bytes, place: int) -> None:
    content = pdf(PARAGRAPH, SECOND)
    try:
        document = extract_bounded(
            ExtractionRequest(b"%PDF-" + content[5:place] + junk + content[place + len(junk) :])
        )
    except ExtractionError as refused:
        assert refused.reason_code != "unreadable"  # noqa: PT017  either outcome is right, but no fault of ours
        return
    assert document.text
