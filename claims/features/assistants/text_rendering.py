"""Quote texts in tool results, so that an assistant cannot mistake them for instructions.

A statement can say "ignore your instructions", contain the end of a quotation, or invisible letters that a model
reads. Nothing of that is removed or judged. Invisible characters are made visible, and in our sentences the words
stand in JSON strings: whatever they contain, no such string ends before its end, and none begins a line.
"""

import json
import re
from collections.abc import Iterable

from factcheck.invisible_characters import replace_invisible

#: Replacements of invisible characters.
INVISIBLE_MARK = "\ufffd"

# In a string of JSON these can be written as escapes. Outside of one they would be links, pictures, tags or code.
_MARKUP = {ord(sign): f"\\u{ord(sign):04x}" for sign in "[]<>`"}
# A name in backticks, such as a parameter's: there is nothing in it that a reader could take for markup.
_NAME = re.compile(r"(?<!\\)\\u0060([A-Za-z][\w.-]{0,60})\\u0060", re.ASCII)


def make_visible(text: str, most: int = 2000) -> str:
    """Return the text with invisible characters made visible, cut to `most` characters."""
    cut = text if len(text) <= most else text[: most - 1].rstrip() + "…"
    return replace_invisible(cut, INVISIBLE_MARK)


def quote_text(text: str | None, most: int = 2000) -> str:
    """Quote a text as one JSON string, escaping signs that could be taken for markup."""
    return (
        "null"
        if text is None
        else json.dumps(make_visible(text, most), ensure_ascii=False).translate(_MARKUP)
    )


def quote_detail(detail: str, most: int) -> str:
    """Quote the detail of a problem, with names of parameters and keys in plain backticks."""
    return _NAME.sub(r"`\1`", quote_text(detail, most))


def quote_list(texts: Iterable[str]) -> str:
    return ", ".join(quote_text(text) for text in texts)
