"""Parse JSON from web pages, repaired only where the repair cannot change its meaning.

Content systems insert texts into templates, so strings contain raw line breaks and quotes, lists end in commas, and
the JSON is wrapped in comments or escaped as HTML. Libraries that repair JSON (json-repair, demjson3, chompjs) guess
at missing parts, and cut off half of the texts that contain quotes. Here, anything uncertain is an error.
"""

import html
import json
import re
from collections.abc import Mapping
from typing import Any

from claims.imports.reading.formats.claimreview_objects import is_review

MAX_DEPTH = 200

_WRAPPER_START = re.compile(r"\s*(?:(?://|/\*|<!--)?\s*<!\[CDATA\[\s*(?:\*/|-->|>)?|<!--)")
_WRAPPER_END = re.compile(r"(?:(?://|/\*|<!--)?\s*\]\]>\s*(?:\*/|-->)?|(?://)?\s*-->)\s*$")
_ESCAPED_JSON = re.compile(r"[\s\[]*\{\s*&(?:quot|#34|#x22);")

_GAP_PATTERN = re.compile(r"(?:[\s\ufeff\xa0]+|/\*(?:[^*]|\*(?!/))*\*/|//[^\n]*)*")
_STRING_PATTERN = re.compile(r'[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_NUMBER_PATTERN = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])")
_LITERAL_PATTERN = re.compile(r"(?:true|false|null|NaN|undefined)\b")
_LITERALS = {"true": True, "false": False, "null": None, "NaN": None, "undefined": None}

# Characters that may follow the quotation mark at the end of a string, but never one inside it.
_KEY_SEPARATOR = re.compile(r"\s*:")
_MEMBER_END = re.compile(r'\s*(?:\}\s*(?:[,}\];]|$)|,\s*(?:"[^"\\\n]{1,100}"\s*:|\}))')
_ELEMENT_END = re.compile(r'\s*(?:\]\s*(?:[,}\];]|$)|,\s*(?:["{\[\d\-]|true|false|null|\]))')

# Patterns that a text with inner quotation marks must not contain, because it would then include neighbouring values.
_MEMBER_PATTERN = re.compile(r'"\s*:')

_ESCAPE_PATTERN = re.compile(r"\\(.)", re.DOTALL)


class BrokenJSON(ValueError):
    """JSON that cannot be parsed with certainty; `complete_reviews` contains the ClaimReviews before the fault."""

    def __init__(self, description: str, complete_reviews: list[Any]) -> None:
        super().__init__(description)
        self.complete_reviews = complete_reviews


def parse_all(text: str) -> list[Any]:
    """Parse every JSON value in a text. Raises BrokenJSON."""
    text = _remove_wrapper(text)
    try:
        return [parse_strict(text)]
    except ValueError:
        return _Reader(text).read_all()


def parse_strict(text: str) -> Any:
    """Parse one JSON value. Control characters in strings are accepted, and NaN becomes null. Raises ValueError."""
    try:
        return json.loads(text, strict=False, parse_constant=lambda _name: None)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _remove_wrapper(text: str) -> str:
    text = text.lstrip("\ufeff")
    if opening := _WRAPPER_START.match(text):
        text = _WRAPPER_END.sub("", text[opening.end() :])
    if _ESCAPED_JSON.match(text):
        text = html.unescape(text)
    return text.strip().rstrip(";")


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.complete_reviews: list[Any] = []

    def read_all(self) -> list[Any]:
        values: list[Any] = []
        self._skip_gap()
        while self.position < len(self.text):
            values.append(self._read_value(0, in_array=False))
            self._skip_gap()
            if self._peek() in (",", ";"):
                self.position += 1
                self._skip_gap()
        if not values:
            raise self._build_error("it is empty")
        return values

    def _read_value(self, depth: int, *, in_array: bool) -> Any:
        if depth > MAX_DEPTH:
            raise self._build_error("it is nested too deeply")
        match self._peek():
            case "{":
                return self._read_object(depth)
            case "[":
                return self._read_array(depth)
            case '"':
                return self._read_string(_ELEMENT_END if in_array else _MEMBER_END)
        if number := _NUMBER_PATTERN.match(self.text, self.position):
            self.position = number.end()
            return parse_strict(number[0])
        if word := _LITERAL_PATTERN.match(self.text, self.position):
            self.position = word.end()
            return _LITERALS[word[0]]
        raise self._build_error("a value is missing")

    def _read_object(self, depth: int) -> Mapping[str, Any]:
        count_before = len(self.complete_reviews)
        node: dict[str, Any] = {}
        self.position += 1
        self._skip_gap()
        while self._peek() != "}":
            if self._peek() != '"':
                raise self._build_error("a name in quotes is missing")
            name = self._read_string(_KEY_SEPARATOR)
            self._skip_gap()
            self.position += 1
            self._skip_gap()
            # A template that has no value for a key writes nothing after the colon.
            node[name] = None if self._peek() in (",", "}") else self._read_value(depth + 1, in_array=False)
            self._read_separator("}")
        self.position += 1
        if is_review(node):
            self.complete_reviews[count_before:] = [node]
        return node

    def _read_array(self, depth: int) -> list[Any]:
        elements: list[Any] = []
        self.position += 1
        self._skip_gap()
        while self._peek() != "]":
            elements.append(self._read_value(depth + 1, in_array=True))
            self._read_separator("]")
        self.position += 1
        return elements

    def _read_separator(self, bracket: str) -> None:
        self._skip_gap()
        if self._peek() == ",":
            self.position += 1
            self._skip_gap()
        elif self._peek() != bracket:
            raise self._build_error("a comma or bracket is missing")

    def _read_string(self, end_pattern: re.Pattern[str]) -> str:
        start = end = self.position + 1
        inner_quote_count = 0
        while match := _STRING_PATTERN.match(self.text, end):
            end = match.end()
            if end_pattern.match(self.text, end):
                # Between the elements of a list, a quote inside a text looks like the end of it.
                if inner_quote_count and (
                    end_pattern is _KEY_SEPARATOR or (end_pattern is _ELEMENT_END and inner_quote_count % 2)
                ):
                    break
                self.position = end
                return self._read_content(self.text[start : end - 1], inner_quote_count)
            inner_quote_count += 1
            if end_pattern is _KEY_SEPARATOR:
                break
        raise self._build_error("it is unclear where a text ends")

    def _read_content(self, text: str, inner_quote_count: int) -> str:
        text = _ESCAPE_PATTERN.sub(lambda escape: "'" if escape[1] == "'" else escape[0], text)
        if inner_quote_count:
            if _MEMBER_PATTERN.search(text):
                raise self._build_error("it is unclear where a text ends")
            text = re.sub(r'(\\.)|"', lambda match: match[1] or '\\"', text, flags=re.DOTALL)
        try:
            content: str = parse_strict(f'"{text}"')
        except ValueError:
            raise self._build_error("a text contains an unknown escape sequence") from None
        return content

    def _peek(self) -> str:
        return self.text[self.position : self.position + 1]

    def _skip_gap(self) -> None:
        if gap := _GAP_PATTERN.match(self.text, self.position):
            self.position = gap.end()

    def _build_error(self, description: str) -> BrokenJSON:
        line = self.text.count("\n", 0, self.position) + 1
        return BrokenJSON(f"{description} (line {line})", self.complete_reviews)
