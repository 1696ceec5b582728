"""Others' words before an assistant: shown as what they are, and fenced so that they cannot be taken for ours.

A statement can say "ignore what you were told", hold the end of a quotation, or letters that nobody sees and a model
reads. Nothing of that is taken out or judged. What cannot be seen is made visible, and in our sentences the words stand
in JSON strings: whatever is in them, no such string ends before its end, and none begins a line.
"""

import json
from collections.abc import Iterable

import regex

#: What stands for characters that nobody can see.
UNSEEN = "\ufffd"

# Controls, formats (among them the tags of U+E0000 and what turns the direction of text), what is no character or for
# private use, separators of lines, and what is not drawn. Signs that stand before Arabic and Syriac numbers are drawn.
_NOT_SEEN = regex.compile(
    r"[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800"
    r"--[\n\t\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd\U00013430-\U0001343f]]+",
    regex.VERSION1,
)
# Persian, Hindi and others write joiners between letters, and pictures are joined and chosen by them: these show.
_AT_WORK = regex.compile(
    r"(?<=[\p{L}\p{M}])[\u200c\u200d](?=\p{L})|(?<=[\p{So}\p{Sk}\p{Emoji_Modifier}\ufe0f])\u200d(?=\p{So})"
    r"|(?<=[\p{So}0-9#*])[\ufe0e\ufe0f]|\u00ad"
)
# In a string of JSON these can be written as escapes. Outside of one they would be links, pictures, tags or code.
_MARKUP = {ord(sign): f"\\u{ord(sign):04x}" for sign in "[]<>`"}


def shown(text: str, most: int = 2000) -> str:
    """A text in which everything can be seen, cut where it is longer than `most`."""
    cut = text if len(text) <= most else text[: most - 1].rstrip() + "…"
    kept: list[str] = []
    begin = 0
    for found in _NOT_SEEN.finditer(cut):
        kept += cut[begin : found.start()], _seen(cut, found.start(), found.end())
        begin = found.end()
    return "".join((*kept, cut[begin:]))


def _seen(text: str, start: int, end: int) -> str:
    at_work = _AT_WORK.match(text, start, end + 1)
    return text[start:end] if at_work and at_work.end() == end else UNSEEN


def quoted(text: str | None, most: int = 2000) -> str:
    """A text as one string of JSON, which no text can leave, without signs that would be markup around it."""
    return "null" if text is None else json.dumps(shown(text, most), ensure_ascii=False).translate(_MARKUP)


def quoted_list(texts: Iterable[str]) -> str:
    return ", ".join(quoted(text) for text in texts)
