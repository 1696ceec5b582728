"""Which words a reader of a language is shown."""

from typing import Any

from claims.ledger.document.translated_document import (
    find_outdated_translation,
    find_translation,
    translate_document,
)
from tests.helpers.sweeps import sweep


def document(*into: str, language: str = "de", version: int = 1, status: str = "published") -> dict[str, Any]:
    verdict = {
        "id": 4,
        "version": version,
        "language": language,
        "title": "T",
        "summary": "S",
        "explanation": "E",
        "explanation_html": "<p>E</p>",
    }
    other = {**verdict, "id": 5, "summary": "Others said so."}
    return {
        "status": status,
        "version": version,
        "statement": "Aussage",
        "language": language,
        "context": "Kontext",
        "verdicts": [verdict, other] if status == "published" else [],
        "translations": [
            {
                "id": number,
                "verdict": 4,
                "language": tag,
                "of_version": version,
                "statement": f"statement {tag}",
                "title": f"title {tag}",
                "summary": f"summary {tag}",
                "explanation": f"explanation {tag}",
                "explanation_html": f"<p>{tag}</p>",
                "translated_by": "Ana Ruiz",
                "reviewed_at": "2026-03-01T10:00:00.000000Z",
            }
            for number, tag in enumerate(into, start=1)
        ],
    }


def test_all_words_are_those_of_the_translation_and_marked() -> None:
    original = document("es", "fr")
    shown = translate_document(original, "es")
    verdict, other = shown["verdicts"]
    assert (shown["statement"], shown["language"]) == ("statement es", "es")
    assert {
        name: verdict[name] for name in ("title", "summary", "explanation", "explanation_html", "language")
    } == {
        "title": "title es",
        "summary": "summary es",
        "explanation": "explanation es",
        "explanation_html": "<p>es</p>",
        "language": "es",
    }
    assert (shown["original_language"], verdict["original_language"]) == ("de", "de")
    assert shown["translated"] == {
        "id": 1,
        "verdict": 4,
        "language": "es",
        "from_language": "de",
        "statement": "Aussage",
        "statement_language": "de",
        "translated_by": "Ana Ruiz",
        "reviewed_at": "2026-03-01T10:00:00.000000Z",
        "of_version": 1,
    }
    # Untranslated texts are unchanged, and so is the original document.
    assert (shown["context"], other) == ("Kontext", original["verdicts"][1])
    assert original == document("es", "fr")


@sweep("language", ["", "de", "de-AT", "ko", "e"])
def test_otherwise_it_is_the_original(language: str) -> None:
    original = document("es")
    assert translate_document(original, language) == original | {
        "translated": None,
        "original_language": "de",
    }


def test_a_document_from_before_there_were_translations_is_shown_as_it_is() -> None:
    original = document()
    del original["translations"]
    assert translate_document(original, "es")["translated"] is None


def test_a_translated_document_is_not_translated_again() -> None:
    shown = translate_document(document("es", "fr"), "es")
    assert translate_document(shown, "fr") is shown


@sweep(
    ("wanted", "offered", "original", "chosen"),
    [
        ("pt-br", ["pt", "pt-BR"], "de", "pt-BR"),
        ("pt", ["pt-BR"], "de", "pt-BR"),
        ("pt-PT", ["pt"], "de", "pt"),
        ("pt", ["pt-BR"], "pt-PT", None),
        ("pt-BR", ["pt-BR"], "pt", "pt-BR"),
        ("zh-Hant-TW", ["zh-Hans", "zh-Hant"], "de", "zh-Hant"),
        ("es-MX", ["es-ES"], "de", "es-ES"),
        ("es", ["est"], "de", None),
    ],
)
def test_the_nearest_is_chosen(wanted: str, offered: list[str], original: str, chosen: str | None) -> None:
    found = find_translation(wanted, document(*offered, language=original))
    assert (found["language"] if found else None) == chosen


def test_a_replaced_translation_is_outdated() -> None:
    ledger = [
        ("update", document(version=3)),
        ("translation", document("es", version=2)),
        ("publication", document(version=1)),
    ]
    lapsed = find_outdated_translation("es", ledger)
    assert lapsed == ("es", 2, 2)
    assert find_outdated_translation("fr", ledger) is None
    assert find_outdated_translation("", ledger) is None


def test_a_withdrawn_translation_is_not_called_outdated() -> None:
    ledger = [
        ("update", document(version=3)),
        ("translation", document(version=3)),
        ("translation", document("es", version=2)),
    ]
    assert find_outdated_translation("es", ledger) is None


def test_a_renewed_translation_is_not_outdated() -> None:
    ledger = [
        ("translation", document("es", version=4)),
        ("update", document(version=3)),
        ("translation", document("es", version=2)),
    ]
    assert find_outdated_translation("es", ledger) is None


def test_a_withdrawn_claim_has_no_translation_that_could_be_renewed() -> None:
    ledger = [
        ("retraction", document(version=3, status="retracted")),
        ("translation", document("es", version=2)),
    ]
    assert find_outdated_translation("es", ledger) is None
