"""Convert a record to JSON that every parser accepts, including PostgreSQL's."""

from math import isfinite
from typing import Any, Final

#: Real records are never nested so deeply, and JSON parsers have their own limits.
MAX_DEPTH: Final = 100
_INTEGERS: Final = range(-(2**63), 2**64)


def to_plain_json(value: Any, depth: int = 0) -> Any:
    """Return the value without parts that JSON or PostgreSQL cannot store, cut off at the maximum depth."""
    if isinstance(value, str):
        return to_plain_text(value)
    if isinstance(value, bytes):
        return to_plain_text(value[:2000].decode(errors="replace"))
    if isinstance(value, dict | list | tuple):
        if depth == MAX_DEPTH:
            return "…"
        if isinstance(value, dict):
            return {to_plain_text(str(key)): to_plain_json(item, depth + 1) for key, item in value.items()}
        return [to_plain_json(item, depth + 1) for item in value]
    if isinstance(value, float):
        return value if isfinite(value) else str(value)
    if isinstance(value, int):
        return value if value in _INTEGERS else str(value)
    return value if value is None else str(value)


def to_plain_text(text: str) -> str:
    """Return a text without null characters and unpaired surrogates."""
    if "\0" in text:
        text = text.replace("\0", "\N{SYMBOL FOR NULL}")
    return text if text.isascii() else text.encode(errors="replace").decode()
