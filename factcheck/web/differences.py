"""Compare two versions of a text word by word."""

import re
from difflib import SequenceMatcher

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_WORD_PATTERN = re.compile(r"\s+|\w+|[^\w\s]")

#: SequenceMatcher takes quadratic time; longer texts are shown whole.
_MAX_WORDS = 2_000
#: The number of equal words in a row that are no coincidence.
_PHRASE_WORDS = 3
#: If two texts share less than this, what they share is chance.
_MIN_SHARED = 0.4


def highlight_difference(before: str, after: str) -> tuple[SafeString, SafeString]:
    """Return both texts as HTML, with `<del>` around removed words and `<ins>` around added ones."""
    old, new = _WORD_PATTERN.findall(before), _WORD_PATTERN.findall(after)
    if len(old) + len(new) > _MAX_WORDS:
        return _mark_parts("del", [(before, True)]), _mark_parts("ins", [(after, True)])
    old_parts, new_parts = [], []
    for operation, old_start, old_end, new_start, new_end in SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        is_changed = operation != "equal"
        old_parts.append(("".join(old[old_start:old_end]), is_changed))
        new_parts.append(("".join(new[new_start:new_end]), is_changed))
    return _mark_parts("del", old_parts), _mark_parts("ins", new_parts)


def highlight_sides(before: str, after: str) -> tuple[SafeString, SafeString]:
    """Return both texts with their differences marked like `highlight_difference`, for people who read both in full.

    Common words between two changes are marked too, unless they form a phrase. Texts with little in common are marked
    entirely.
    """
    old, new = _WORD_PATTERN.findall(before), _WORD_PATTERN.findall(after)
    if len(old) + len(new) > _MAX_WORDS:
        return highlight_difference(before, after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if before and after and matcher.ratio() < _MIN_SHARED:
        return _mark_parts("del", [(before, True)]), _mark_parts("ins", [(after, True)])
    left_parts, right = list[tuple[str, bool]](), list[tuple[str, bool]]()
    steps = matcher.get_opcodes()
    for number, (operation, old_start, old_end, new_start, new_end) in enumerate(steps):
        word_count = sum(map(_is_word, old[old_start:old_end]))
        is_between = 0 < number < len(steps) - 1
        is_changed = operation != "equal" or (is_between and word_count < _PHRASE_WORDS)
        _add_part(left_parts, "".join(old[old_start:old_end]), is_changed)
        _add_part(right, "".join(new[new_start:new_end]), is_changed)
    return _mark_parts("del", left_parts), _mark_parts("ins", right)


def _add_part(parts: list[tuple[str, bool]], text: str, is_changed: bool) -> None:
    """Add a part. If it and the previous part are both changed, merge them."""
    if parts and is_changed and parts[-1][1]:
        text = parts.pop()[0] + text
    parts.append((text, is_changed))


def _is_word(token: str) -> bool:
    return token[0].isalnum()


def build_redline(before: str, after: str) -> SafeString:
    """Return one text with `<del>` around removed words and `<ins>` around their replacements."""
    old, new = _WORD_PATTERN.findall(before), _WORD_PATTERN.findall(after)
    if len(old) + len(new) > _MAX_WORDS:
        return _mark_parts("del", [(before, True)]) + _mark_parts("ins", [(after, True)])
    result = SafeString()
    old_text, new_text = "", ""
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for number, (operation, old_start, old_end, new_start, new_end) in enumerate(steps):
        removed_text, added_text = "".join(old[old_start:old_end]), "".join(new[new_start:new_end])
        # A space or comma between two changes is part of them: words are read, not characters.
        is_between = operation == "equal" and (old_text or new_text) and number + 1 < len(steps)
        if operation != "equal" or (is_between and not any(map(str.isalnum, removed_text))):
            old_text, new_text = old_text + removed_text, new_text + added_text
            continue
        result += _build_redlined(old_text, new_text) + _mark_parts("", [(removed_text, False)])
        old_text, new_text = "", ""
    return result + _build_redlined(old_text, new_text)


def _build_redlined(old_text: str, new_text: str) -> SafeString:
    return _mark_parts("del", [(old_text, True)]) + _mark_parts("ins", [(new_text, True)])


def _mark_parts(tag: str, parts: list[tuple[str, bool]]) -> SafeString:
    return format_html_join(
        "",
        "{}",
        (
            (format_html(f"<{tag}>{{}}</{tag}>", text) if is_changed else text,)
            for text, is_changed in parts
            if text
        ),
    )
