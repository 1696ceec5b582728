"""Invisible characters, which people cannot see but programs read.

These are control and format characters (including the tags from U+E0000 and direction marks), non-characters,
private-use characters, line separators, and characters that are not drawn. They stay where they have a purpose: joiners
between letters of Persian, Hindi and other languages, joiners and variation selectors of emoji, and soft hyphens.
"""

import regex

# Signs before Arabic, Syriac and other numbers are visible.
_INVISIBLE_PATTERN = regex.compile(
    r"[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800"
    r"--[\n\t\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd\U00013430-\U0001343f]]+",
    regex.VERSION1,
)
_JOINERS_IN_USE = regex.compile(
    r"(?<=[\p{L}\p{M}])[\u200c\u200d](?=\p{L})|(?<=[\p{So}\p{Sk}\p{Emoji_Modifier}\ufe0f])\u200d(?=\p{So})"
    r"|(?<=[\p{So}0-9#*])[\ufe0e\ufe0f]|\u00ad"
)


def replace_invisible(text: str, replacement: str) -> str:
    """Replace each run of invisible characters with `replacement`."""
    characters: list[str] = []
    begin = 0
    for match in _INVISIBLE_PATTERN.finditer(text):
        start, end = match.span()
        joiner = _JOINERS_IN_USE.match(text, start, end + 1)
        characters += text[begin:start], text[start:end] if joiner and joiner.end() == end else replacement
        begin = end
    return "".join((*characters, text[begin:]))
