"""PDF documents: the text layer in paragraphs, or a sentence."""

from importlib.metadata import version

import pytest

from sources.extraction import Document, ExtractionError
from sources.extraction.extract import extract

PARAGRAPH = [
    "The harbour of Linden was closed for nine days in March, its operator",
    "said on Tuesday. Trade fell by a fifth in that month, according to the",
    "ministry. It has recovered since.",
]
SECOND = [
    "Fishing crews were paid 1.2 million crowns from a relief fund, and a",
    "second payment is due before the winter, said the mayor.",
]


def pdf(*pages: list[str], title: str = "", author: str = "", trailer: str = "") -> bytes:
    """A document with one line of text under another on each page."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    objects.append(f"<< /Title ({title}) /Author ({author}) /CreationDate (D:20190108) >>")
    kids = []
    for lines in pages:
        shown = "".join(f"({line}) Tj T* " for line in lines)
        content = f"BT /F1 11 Tf 50 780 Td 14 TL {shown} ET"
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {len(objects)} 0 R >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(kids)}] >>"
    written = "%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += f"{number} 0 obj\n{content}\nendobj\n"
    table = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n" + "".join(
        f"{at:010} 00000 n \n" for at in places
    )
    entries = f"<< /Size {len(objects) + 1} /Root 1 0 R /Info 4 0 R {trailer} >>"
    return f"{written}{table}trailer\n{entries}\nstartxref\n{len(written)}\n%%EOF\n".encode("latin-1")


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


@pytest.mark.parametrize(
    "title", ["Microsoft Word - harbour.docx", "harbour.pdf", "Untitled-1", "Document1", ""]
)
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
