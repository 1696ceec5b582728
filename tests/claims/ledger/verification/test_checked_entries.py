"""The HTML of an entry has the words of its Markdown."""

from typing import Any

from claims.ledger.verification.checked_entries import find_misrendered


def text(number: int, html: str, **more: str) -> dict[str, Any]:
    return {"id": number, "explanation": "Not **audited**.", "explanation_html": html, **more}


def test_reviewed_texts_that_differ_as_html_are_found() -> None:
    right, forged = "<p>Not <strong>audited</strong>.</p>", "<p><strong>Audited</strong>.</p>"
    body = {
        "verdicts": [
            text(1, right, origin="house"),
            text(2, forged, origin="house"),
            text(3, forged, origin="house_archive"),
            text(4, forged, origin="imported"),
        ],
        "translations": [text(5, right), text(6, forged)],
    }
    assert list(find_misrendered(body)) == [
        "the explanation of verdict 2 reads otherwise as HTML.",
        "the explanation of verdict 3 reads otherwise as HTML.",
        "the explanation of translation 6 reads otherwise as HTML.",
    ]
    assert list(find_misrendered({"verdicts": []})) == []
