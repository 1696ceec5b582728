"""Escape other people's text for our Markdown pages (CommonMark 0.31).

Escaped text cannot begin a heading, a list, a quote or a link. A text that is itself Markdown is put into a
block quote, which nothing in the text can end. Invisible characters are removed: instructions for assistants
have been hidden in control characters, and in Unicode's tags and variation selectors.
"""

import re
from urllib.parse import quote

from factcheck.invisible_characters import replace_invisible

_SPECIAL_CHARACTERS = re.compile(r"([\\`*_{}\[\]<>#|~&!])")
#: Characters that start a list or a rule at the beginning of a line.
_LINE_START_PATTERN = re.compile(r"^([-+=:]|\d{1,9}[.)])")
_CONTROLS_PATTERN = re.compile("[\x00-\x1f\x7f-\x9f]")
_LINE_END_PATTERN = re.compile(r"\r\n?|[\u2028\u2029\x85\x0b\x0c]")
# A sign after an odd number of backslashes is already escaped; another backslash would undo the escape.
_UNESCAPED_PREFIX = r"(?<!\\)((?:\\\\)*)"
#: Characters that start HTML. A URL in angle brackets is a link by the author and is kept.
_HTML_START_PATTERN = re.compile(rf"{_UNESCAPED_PREFIX}<(?=[A-Za-z/!?])(?!(?:https?://|mailto:)[^\s<>]*>)")
_PICTURE_START_PATTERN = re.compile(rf"{_UNESCAPED_PREFIX}!\[")


def escape_line(text: object) -> str:
    """Return a text on one line with its Markdown escaped."""
    one_line = " ".join(
        replace_invisible(_CONTROLS_PATTERN.sub(" ", _LINE_END_PATTERN.sub(" ", str(text))), "").split()
    )
    escaped_text = _SPECIAL_CHARACTERS.sub(r"\\\1", one_line)
    return _LINE_START_PATTERN.sub(lambda match: _escape_last_character(match[1]), escaped_text)


def quote_plain_text(text: str) -> str:
    """Return a plain text of several paragraphs as a block quote, with its Markdown escaped."""
    return _add_quote_marks("\n".join(escape_line(line) for line in _split_lines(text)))


def quote_markdown(text: str) -> str:
    """Return a Markdown text as a block quote; HTML is escaped and pictures are left out, as on the page."""
    return _add_quote_marks(
        "\n".join(
            _PICTURE_START_PATTERN.sub(r"\1\\![", _HTML_START_PATTERN.sub(r"\1\\<", line))
            for line in _split_lines(text)
        )
    )


def format_link(text: object, address: str) -> str:
    """Return a link to a web URL, or only the text if the URL is not a web URL."""
    if not re.match(r"https?://", address):
        return escape_line(text)
    return f"[{escape_line(text)}]({quote(address, safe=_URL_CHARACTERS)})"


#: The characters allowed in a URL (RFC 3986), including the percent sign, except characters that would end the link.
_URL_CHARACTERS = "%/:?#@!$&'*+,;=~-._[]"


def _split_lines(text: str) -> list[str]:
    return [
        replace_invisible(line, "").rstrip() for line in _LINE_END_PATTERN.sub("\n", text).strip().split("\n")
    ]


def _add_quote_marks(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _escape_last_character(start: str) -> str:
    return f"{start[:-1]}\\{start[-1]}"
