"""The parts of a claim that differ between two ledger entries, each with the wording before and after.

Pure: two documents in, differences out. A key that an old document lacks counts as empty.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, NamedTuple, TypedDict

from claims.ledger.document.sections import get_sections

#: Parts of a claim, and of a publisher's verdict on it, in the order in which readers see them.
CLAIM_PARTS = ("statement", "claimant", "claimed_on", "context", "topics", "appearances")
VERDICT_PARTS = ("rating", "title", "summary", "explanation", "valid_as_of", "evidence")
_SECTIONS_BY_KEY = {section.key: section for section in get_sections()}
PART_CHOICES = [(part, part.replace("_", " ")) for part in (*CLAIM_PARTS, *VERDICT_PARTS, *_SECTIONS_BY_KEY)]

Document = Mapping[str, Any]


class PublicWordingChange(TypedDict):
    """One changed part of a claim or verdict, before and after."""

    part: Annotated[str, PART_CHOICES]
    publisher: Annotated[str | None, "The publisher of the verdict; null for a part of the claim."]
    before: Annotated[str, "The text before; empty if there was none. An explanation is Markdown."]
    after: Annotated[str, "The text after; empty if there is none."]


class _Part(NamedTuple):
    words: str
    publisher: str | None


_EMPTY_PART = _Part("", None)


def find_wording_changes(before: Document, after: Document) -> list[PublicWordingChange]:
    """Return the parts that differ between two documents of a claim."""
    old_parts, new_parts = dict(_iterate_parts(before)), dict(_iterate_parts(after))
    changes: list[PublicWordingChange] = []
    for key in dict.fromkeys([*old_parts, *new_parts]):
        old_part, new_part = old_parts.get(key, _EMPTY_PART), new_parts.get(key, _EMPTY_PART)
        if old_part.words != new_part.words:
            publisher = new_part.publisher or old_part.publisher
            changes.append(
                {"part": key[1], "publisher": publisher, "before": old_part.words, "after": new_part.words}
            )
    return changes


def _iterate_parts(document: Document) -> Iterator[tuple[tuple[int, str], _Part]]:
    """Yield each part of a document with its key: the publisher's id (0 for the claim itself) and the part's name."""
    claimant = document["claimant"] or {}
    words = {
        "statement": document["statement"],
        "claimant": ", ".join(filter(None, [claimant.get("name", ""), claimant.get("job_title", "")])),
        "claimed_on": document["claimed_on"] or "",
        "context": document["context"],
        "topics": ", ".join(topic["name"] for topic in document["topics"]),
        "appearances": "\n".join(map(_format_quote, document["appearances"])),
    }
    for part_name in CLAIM_PARTS:
        yield (0, part_name), _Part(words[part_name], None)
    for verdict in document["verdicts"]:
        publisher = verdict["publisher"]
        for part_name in (*VERDICT_PARTS, *_SECTIONS_BY_KEY):
            yield (
                (publisher["id"], part_name),
                _Part(_get_verdict_part(verdict, part_name), publisher["name"]),
            )


def _get_verdict_part(verdict: Document, part_name: str) -> str:
    if part_name == "rating":
        return verdict["rating"]["label"] if verdict["rating"] else ""
    if part_name == "evidence":
        return "\n".join(_format_quote(item, item["note"]) for item in verdict["evidence"])
    if part_name in _SECTIONS_BY_KEY:
        return _SECTIONS_BY_KEY[part_name].format_items(verdict)
    return verdict.get(part_name) or ""


def _format_quote(item: Document, note: str = "") -> str:
    """Format a source, its quote and the note as one line."""
    source = item["source"]
    words = [source["title"] or source["url"], f"“{item['exact']}”" if item["exact"] else "", note]
    return " · ".join(filter(None, words))
