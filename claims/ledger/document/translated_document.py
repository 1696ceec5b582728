"""A document in a reader's language. Pure: no database access.

    translate_document(document, "es")    the document with its statement, and a verdict's title, summary and
                                          explanation, in Spanish, where a reviewed translation of these words exists

The result has two more keys. `translated` names what the texts are a translation of, and is None for the
original; `original_language` is the language of all other texts of the claim: its context, captions, notes. The
verdict whose words are translated has `original_language` as well: that of the notes on its evidence.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

Document = dict[str, Any]


def translate_document(document: Document, language: str) -> Document:
    """Return the document in this language (BCP 47), or the original if it is untranslated or for `""`."""
    if "translated" in document:
        return document
    same = {"translated": None, "original_language": document["language"]}
    translation = find_translation(language, document)
    if translation is None:
        return {**document, **same}
    original = next(verdict for verdict in document["verdicts"] if verdict["id"] == translation["verdict"])
    return {
        **document,
        **same,
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

    None where there is none, and where the original is nearer to what they read: who reads Portuguese is not shown a
    translation into that of Brazil of what was written in that of Portugal.
    """
    # Entries from before there were any have none.
    offered = {each["language"].lower(): each for each in document.get("translations", [])}
    wanted = language.lower()
    if not wanted or not offered:
        return None
    originals = {
        document["language"].lower(),
        *(verdict["language"].lower() for verdict in document["verdicts"]),
    }
    for tag in _list_ranges(wanted):
        if tag in offered:
            return offered[tag]
        if tag in originals:
            return None
    family = wanted.partition("-")[0]
    if any(tag.partition("-")[0] == family for tag in originals):
        return None
    return next((each for tag, each in offered.items() if tag.partition("-")[0] == family), None)


class OutdatedTranslation(NamedTuple):
    """A translation of an outdated wording."""

    language: str
    #: The version of the verdict that it is of, and the entry of the ledger that has it.
    of_version: int
    entry: int


def find_outdated_translation(
    language: str, ledger: Sequence[tuple[str, Document]]
) -> OutdatedTranslation | None:
    """Return the outdated translation into this language; None if there is none.

    Args:
        ledger: the entries of a claim, the newest first: kind and document of each.
    """
    (kind, document), *earlier = ledger
    if not language or document["status"] != "published" or find_translation(language, document):
        return None
    for before_kind, before in earlier:
        if before["status"] == "published" and (translation := find_translation(language, before)):
            # That it was taken back was said by an entry of its own.
            taken_back = kind == "translation"
            return (
                None
                if taken_back
                else OutdatedTranslation(
                    translation["language"], translation["of_version"], before["version"]
                )
            )
        kind = before_kind
    return None


def _apply_translation(translation: Document, verdict: Document) -> Document:
    same = ("title", "summary", "explanation", "explanation_html", "language")
    words = {name: translation[name] for name in same}
    return {**verdict, **words, "original_language": verdict["language"]}


def _list_ranges(tag: str) -> list[str]:
    """Return the language ranges of a tag: `zh-hant-tw` → itself, `zh-hant`, `zh` (RFC 4647, lookup)."""
    subtags = tag.split("-")
    return ["-".join(subtags[:length]) for length in range(len(subtags), 0, -1)]
