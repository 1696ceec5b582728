"""A document as readers of a language are shown it. Pure: it knows documents, nothing of the database.

    translated(document, "es")    the document with its statement, and a verdict's title, summary and explanation, in
                                  Spanish, where there is a reviewed translation of just these words

What comes back has two keys more. `translated` says of what the texts are a translation, and is None where they are the
original's; `original_language` is the language of all other texts of the claim: its context, captions, notes.
"""

from typing import Any

Document = dict[str, Any]


def translated(document: Document, language: str) -> Document:
    """The document in this language (BCP 47), or as it is where nobody translated it; `""` asks for the original."""
    same = {"translated": None, "original_language": document["language"]}
    translation = translation_into(language, document)
    if translation is None:
        return {**document, **same}
    original = next(verdict for verdict in document["verdicts"] if verdict["id"] == translation["verdict"])
    return {
        **document,
        **same,
        "statement": translation["statement"],
        "language": translation["language"],
        "verdicts": [
            _in_words_of(translation, verdict) if verdict is original else verdict
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


def translation_into(language: str, document: Document) -> Document | None:
    """The translation that somebody is shown who reads this language.

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
    for tag in _ranges(wanted):
        if tag in offered:
            return offered[tag]
        if tag in originals:
            return None
    family = wanted.partition("-")[0]
    if any(tag.partition("-")[0] == family for tag in originals):
        return None
    return next((each for tag, each in offered.items() if tag.partition("-")[0] == family), None)


def lapsed_version(language: str, document: Document, earlier: list[tuple[str, Document]]) -> int | None:
    """The version of the verdict of which there was a translation into this language that nobody has renewed since.

    Args:
        document: what is published now.
        earlier: the entries before it, the newest first: the kind of the entry that followed each, and its document.
    """
    if not language or document["status"] != "published" or translation_into(language, document):
        return None
    for followed_by, before in earlier:
        translation = translation_into(language, before)
        if translation:
            # That it was taken back was said by an entry of its own.
            return None if followed_by == "translation" else translation["of_version"]
    return None


def _in_words_of(translation: Document, verdict: Document) -> Document:
    same = ("title", "summary", "explanation", "explanation_html", "language")
    return {**verdict, **{name: translation[name] for name in same}}


def _ranges(tag: str) -> list[str]:
    """`zh-hant-tw` → itself, `zh-hant`, `zh` (RFC 4647, lookup)."""
    subtags = tag.split("-")
    return ["-".join(subtags[:length]) for length in range(len(subtags), 0, -1)]
