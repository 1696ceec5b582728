"""Rejoin lines that were broken to fit the width of a page."""

import re
from collections.abc import Iterable

#: All hyphens, and the character that pdfium inserts for a hyphen that only breaks a line.
HYPHENS = "-\u2010\u2011\u00ad\ufffe\x02"

_UNSPACED_LETTER = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uff00-\uffef]"
)
_BROKEN_WORD = re.compile(rf"([^\W\d_]+)[{HYPHENS}]$")
_COMPOUND_PATTERN = re.compile(r"[^\W\d_]+(?:[-\u2010\u2011][^\W\d_]+)+")


def choose_separator(before: str, after: str) -> str:
    """Return the separator of two joined lines: a space, or nothing in scripts without spaces."""
    return "" if _UNSPACED_LETTER.match(before[-1:]) and _UNSPACED_LETTER.match(after[:1]) else " "


def find_compounds(lines: Iterable[str]) -> frozenset[str]:
    """Return the words that have a hyphen within a line. They keep this hyphen at a line break too."""
    return frozenset(word.casefold() for line in lines for word in _COMPOUND_PATTERN.findall(line))


def join_lines(lines: Iterable[str], compounds: frozenset[str]) -> str:
    """Join lines into one paragraph. Words divided at a line break are joined; compounds keep their hyphen."""
    text = ""
    for line in lines:
        broken_word = _BROKEN_WORD.search(text)
        continuation = re.match(r"[^\W\d_]+", line)
        if broken_word and continuation:
            start, end = broken_word[1], continuation[0]
            is_compound = f"{start}-{end}".casefold() in compounds or not end[0].islower() or len(start) < 2
            text = f"{text[:-1]}-{line}" if is_compound else text[:-1] + line
        elif text[-1:] and text[-1] in HYPHENS and text[-2:-1].isdigit():
            text = f"{text[:-1]}-{line}"
        else:
            text += choose_separator(text, line) + line if text else line
    # The remaining \ufffe and \x02 of pdfium stand for visible hyphens.
    return re.sub("[\ufffe\x02]", "-", text)
