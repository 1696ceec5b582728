"""Show the changes between two versions: the wordings before and after, with differences marked."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from html import unescape
from typing import Any

from django.utils.html import conditional_escape, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from claims.ledger.document.markdown import to_html
from claims.ledger.document.sections import get_sections
from claims.ledger.document.wording_changes import PublicWordingChange
from claims.public.pages.reader_tags import day
from factcheck.web.differences import highlight_sides

Document = dict[str, Any]

#: Up to this number of characters, texts are shown completely; of longer texts, only the paragraphs that differ.
_WHOLE_TEXT_LENGTH = 400
#: The replacement for unchanged paragraphs.
_OMISSION_MARK = "[…]"
#: Empty lines that remain where table and list mark-up was removed.
_BLANK_LINES = re.compile(r"\n\s*\n")
_DAYS = ("claimed_on", "valid_as_of")

PART_NAMES = {
    "statement": _("Statement"),
    "claimant": _("Claimant"),
    "claimed_on": _("Claimed on"),
    "context": _("Context"),
    "topics": _("Topics"),
    "appearances": _("Appearances"),
    "rating": _("Rating"),
    "title": _("Headline"),
    "summary": _("Summary"),
    "explanation": _("Explanation"),
    "valid_as_of": _("True as of"),
    "evidence": _("Evidence"),
    **{section.key: section.name for section in get_sections()},
}


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A changed part of a claim or verdict, with its texts before and after as HTML."""

    part: str
    name: str
    publisher: str | None
    before: SafeString
    after: SafeString
    #: The ratings before and after, if the part is a rating.
    rating_before: Document | None = None
    rating_after: Document | None = None


def list_shown_changes(
    changes: Iterable[PublicWordingChange], before: Document | None, after: Document | None
) -> list[ShownChange]:
    """Return the parts that differ between two documents, or all parts of a new document."""
    return list(_iterate_shown_changes(list(changes), before, after))


def _iterate_shown_changes(
    changes: list[PublicWordingChange], before: Document | None, after: Document | None
) -> Iterator[ShownChange]:
    """Yield the changed parts. For a removed verdict, only rating and summary are included."""
    removed_publishers = {
        change["publisher"] for change in changes if change["part"] == "rating" and not change["after"]
    }
    for change in changes:
        part, publisher = change["part"], change["publisher"]
        if publisher in removed_publishers and part not in ("rating", "summary"):
            continue
        old_text, new_text = (_format_part(part, text) for text in (change["before"], change["after"]))
        texts = (
            (conditional_escape(old_text), conditional_escape(new_text))
            if part in _DAYS
            else highlight_differences(old_text, new_text)
        )
        ratings = (
            (_find_rating(before, publisher), _find_rating(after, publisher))
            if part == "rating"
            else (None, None)
        )
        yield ShownChange(part, str(PART_NAMES[part]), publisher, *texts, *ratings)


def _format_part(part: str, text: str) -> str:
    """Return a part as readers see it: dates in words, and Markdown without its marks."""
    if part in _DAYS and text:
        return day(text)
    if part == "explanation":
        return _BLANK_LINES.sub("\n\n", unescape(strip_tags(to_html(text)))).strip()
    return text


def _find_rating(document: Document | None, publisher: str | None) -> Document | None:
    """Return this publisher's rating in a document, with its colours."""
    verdicts = document["verdicts"] if document else []
    return next(
        (verdict["rating"] for verdict in verdicts if verdict["publisher"]["name"] == publisher), None
    )


@lru_cache(maxsize=400)  # entries never change, so most of a page was shown before
def highlight_differences(before: str, after: str) -> tuple[SafeString, SafeString]:
    """Return both texts as HTML with differing words marked. Only the changed paragraphs of long texts are shown."""
    if len(before) + len(after) < _WHOLE_TEXT_LENGTH or not before or not after:
        return highlight_sides(before, after)
    old_lines, new_lines = before.split("\n"), after.split("\n")
    left_html, right_html = SafeString(), SafeString()
    for step, old_start, old_end, new_start, new_end in SequenceMatcher(
        None, old_lines, new_lines, autojunk=False
    ).get_opcodes():
        old_text, new_text = "\n".join(old_lines[old_start:old_end]), "\n".join(new_lines[new_start:new_end])
        if step == "equal":
            sides = (mark_safe(_OMISSION_MARK + "\n"),) * 2 if old_text.strip() else (SafeString("\n"),) * 2  # noqa: S308  our own
        else:
            sides = highlight_sides(old_text, new_text)
        left_html, right_html = left_html + sides[0], right_html + sides[1]
    return left_html, right_html
