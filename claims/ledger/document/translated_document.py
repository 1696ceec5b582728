"""A document in a reader's language. Pure: no database access.

    translate_document(document, "es")    the document with the statement, and the verdict's title, summary and
        explanation, in Spanish, if a reviewed translation of this wording exists

The result has two additional keys. `translated` describes the translated original, and is None for the original
itself. `original_language` is the language of the claim's other texts: its context, captions, notes. A translated
verdict also has `original_language`: the language of the notes on its evidence.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

Document = dict[str, Any]


def translate_document(document: Document, language: str) -> Document:
    """Return the document in this language (BCP 47). For `""`, or without a translation, return the original."""
    if "translated" in document:
        return document
    original_fields = {"translated": None, "original_language": document["language"]}
    translation = find_translation(language, document)
    if translation is None:
        return {**document, **original_fields}
    original = next(verdict for verdict in document["verdicts"] if verdict["id"] == translation["verdict"])
    return {
        **document,
        **original_fields,
        "statement": translation["statement"],
        "language": translation["language"],
        "verdicts": [
            _apply_translation(translation, verdict) if verdict is original else verdict
            for verdict in document["verdicts"]
        ],
        "translated": {
            "id": translation["id"],
            "verdict": translation["verdict"],
            "language": translation["language"],
            "from_language": original["language"] or document["language"],
            "statement": document["statement"],
            "statement_language": document["language"],
            "translated_by": translation["translated_by"],
            "reviewed_at": translation["reviewed_at"],
            "of_version": translation["of_version"],
        },
    }


def find_translation(language: str, document: Document) -> Document | None:
    """Return the translation for readers of this language.

    Return None if there is none, or if the original is closer to the reader's language: a reader of Portuguese sees
    an original from Portugal rather than its translation into Brazilian Portuguese.
    """
    # Entries published before translations existed do not have the key.
    translations = {
        translation["language"].lower(): translation for translation in document.get("translations", [])
    }
    reader_language = language.lower()
    if not reader_language or not translations:
        return None
    originals = {
        document["language"].lower(),
        *(verdict["language"].lower() for verdict in document["verdicts"]),
    }
    for tag in _list_ranges(reader_language):
        if tag in translations:
            return translations[tag]
        if tag in originals:
            return None
    family = reader_language.partition("-")[0]
    if any(tag.partition("-")[0] == family for tag in originals):
        return None
    return next(
        (translation for tag, translation in translations.items() if tag.partition("-")[0] == family), None
    )


class OutdatedTranslation(NamedTuple):
    """A translation of an outdated wording."""

    language: str
    #: The version of the translated verdict, and its ledger entry.
    of_version: int
    entry: int


def find_outdated_translation(
    language: str, ledger: Sequence[tuple[str, Document]]
) -> OutdatedTranslation | None:
    """Return the outdated translation into this language; None if there is none.

    Args:
        ledger: the kind and document of each of the claim's entries, newest first.
    """
    (kind, document), *earlier_entries = ledger
    if not language or document["status"] != "published" or find_translation(language, document):
        return None
    for earlier_kind, earlier_document in earlier_entries:
        if earlier_document["status"] == "published" and (
            translation := find_translation(language, earlier_document)
        ):
            # The retraction of a translation has its own entry.
            withdrawn_languages = kind == "translation"
            return (
                None
                if withdrawn_languages
                else OutdatedTranslation(
                    translation["language"], translation["of_version"], earlier_document["version"]
                )
            )
        kind = earlier_kind
    return None


def _apply_translation(translation: Document, verdict: Document) -> Document:
    copied_fields = ("title", "summary", "explanation", "explanation_html", "language")
    words = {name: translation[name] for name in copied_fields}
    return {**verdict, **words, "original_language": verdict["language"]}


def _list_ranges(tag: str) -> list[str]:
    """Return the language ranges of a tag: `zh-hant-tw` → itself, `zh-hant`, `zh` (RFC 4647, lookup)."""
    subtags = tag.split("-")
    return ["-".join(subtags[:length]) for length in range(len(subtags), 0, -1)]
