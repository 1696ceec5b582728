"""Quote texts in tool results, so that an assistant cannot mistake them for instructions.

A statement may say "ignore your instructions", contain a closing quotation mark, or hide invisible characters
that a model reads. No text is removed or judged. Invisible characters are made visible, and quoted text is in
JSON strings, which no content can end early.
"""

import json
import re
from collections.abc import Iterable

from factcheck.invisible_characters import replace_invisible

#: Replacements of invisible characters.
INVISIBLE_CHARACTER_MARKER = "\ufffd"

# JSON strings can contain these as escapes. Outside strings they could form links, pictures, tags or code.
_MARKUP_CHARACTERS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "[]<>`"}
# A name in backticks, such as a parameter's; it contains nothing that could be read as markup.
_NAME_PATTERN = re.compile(r"(?<!\\)\\u0060([A-Za-z][\w.-]{0,60})\\u0060", re.ASCII)


def show_invisible_characters(text: str, max_length: int = 2000) -> str:
    """Return at most `max_length` characters of the text, with a mark for each invisible character."""
    shortened_text = text if len(text) <= max_length else text[: max_length - 1].rstrip() + "…"
    return replace_invisible(shortened_text, INVISIBLE_CHARACTER_MARKER)


def quote_text(text: str | None, max_length: int = 2000) -> str:
    """Return a text as one JSON string, in which characters that could be read as markup are escaped."""
    return (
        "null"
        if text is None
        else json.dumps(show_invisible_characters(text, max_length), ensure_ascii=False).translate(
            _MARKUP_CHARACTERS
        )
    )


def quote_detail(detail: str, max_length: int) -> str:
    """Return the detail of an API error as a quoted text that keeps its backticks."""
    return _NAME_PATTERN.sub(r"`\1`", quote_text(detail, max_length))


def quote_list(texts: Iterable[str]) -> str:
    return ", ".join(quote_text(text) for text in texts)
