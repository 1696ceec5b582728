"""Compare two versions of a text word by word."""

import re
from difflib import SequenceMatcher

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_WORD = re.compile(r"\s+|\w+|[^\w\s]")

#: SequenceMatcher takes quadratic time; longer texts are shown whole.
_MAX_WORDS = 2_000
#: Words in a row that are no coincidence.
_PHRASE_WORDS = 3
#: Less than this of two texts is the same by chance.
_MIN_SHARED = 0.4


def highlight_difference(before: str, after: str) -> tuple[SafeString, SafeString]:
    """Return both texts as HTML, with `<del>` around removed words and `<ins>` around added ones."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    if len(old) + len(new) > _MAX_WORDS:
        return _mark_parts("del", [(before, True)]), _mark_parts("ins", [(after, True)])
    left, right = [], []
    for operation, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        changed = operation != "equal"
        left.append(("".join(old[a:b]), changed))
        right.append(("".join(new[c:d]), changed))
    return _mark_parts("del", left), _mark_parts("ins", right)


def highlight_sides(before: str, after: str) -> tuple[SafeString, SafeString]:
    """Return the same as `highlight_difference`, for people who read both texts in full.

    Common words between two changes are marked too, unless they form a phrase. Texts with little in common are marked
    entirely.
    """
    old, new = _WORD.findall(before), _WORD.findall(after)
    if len(old) + len(new) > _MAX_WORDS:
        return highlight_difference(before, after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if before and after and matcher.ratio() < _MIN_SHARED:
        return _mark_parts("del", [(before, True)]), _mark_parts("ins", [(after, True)])
    left, right = list[tuple[str, bool]](), list[tuple[str, bool]]()
    steps = matcher.get_opcodes()
    for number, (operation, a, b, c, d) in enumerate(steps):
        words = sum(map(_is_word, old[a:b]))
        between = 0 < number < len(steps) - 1
        changed = operation != "equal" or (between and words < _PHRASE_WORDS)
        _add_part(left, "".join(old[a:b]), changed)
        _add_part(right, "".join(new[c:d]), changed)
    return _mark_parts("del", left), _mark_parts("ins", right)


def _add_part(parts: list[tuple[str, bool]], text: str, changed: bool) -> None:
    """Add a part. If it and the previous part are both changed, merge them."""
    if parts and changed and parts[-1][1]:
        text = parts.pop()[0] + text
    parts.append((text, changed))


def _is_word(token: str) -> bool:
    return token[0].isalnum()


def build_redline(before: str, after: str) -> SafeString:
    """Return one text with `<del>` around removed words and `<ins>` around their replacements."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    if len(old) + len(new) > _MAX_WORDS:
        return _mark_parts("del", [(before, True)]) + _mark_parts("ins", [(after, True)])
    result = SafeString()
    went, came = "", ""
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for number, (operation, a, b, c, d) in enumerate(steps):
        removed, come = "".join(old[a:b]), "".join(new[c:d])
        # A space or comma between two changes is part of them: words are read, not characters.
        between = operation == "equal" and (went or came) and number + 1 < len(steps)
        if operation != "equal" or (between and not any(map(str.isalnum, removed))):
            went, came = went + removed, came + come
            continue
        result += _build_redlined(went, came) + _mark_parts("", [(removed, False)])
        went, came = "", ""
    return result + _build_redlined(went, came)


def _build_redlined(went: str, came: str) -> SafeString:
    return _mark_parts("del", [(went, True)]) + _mark_parts("ins", [(came, True)])


def _mark_parts(tag: str, parts: list[tuple[str, bool]]) -> SafeString:
    return format_html_join(
        "",
        "{}",
        (
            (format_html(f"<{tag}>{{}}</{tag}>", text) if changed else text,)
            for text, changed in parts
            if text
        ),
    )
