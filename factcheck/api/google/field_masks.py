"""Partial responses: the `fields` selector of Google's APIs.

Commas separate fields; `a/b` and `a(b,c)` select within `a`, which may be a list; `*` is every field of a message
(https://cloud.google.com/apis/docs/system-parameters, and the same in all of Google's client guides).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Document = dict[str, Any]

_TOKEN_PATTERN = re.compile(r"[(),/]|[^(),/]+")


class UnknownField(ValueError):
    """The selector is invalid or names an unknown field; `str()` completes a sentence."""


@dataclass
class Mask:
    """The fields to keep, as a tree. If `keeps_all` is set, everything below is kept."""

    keeps_all: bool = False
    parts: dict[str, "Mask"] = field(default_factory=dict)

    @property
    def selects(self) -> bool:
        """Return whether anything is selected; `*/a` also matches fields without `a`."""
        return self.keeps_all or any(part.selects for part in self.parts.values())

    def apply_to(self, value: Any) -> Any:
        """Return the value with only the fields to keep."""
        if self.keeps_all:
            return value
        if isinstance(value, list):
            return [self.apply_to(item) for item in value]
        selected = {name: part for name, part in self.parts.items() if name in value and part.selects}
        return {name: part.apply_to(value[name]) for name, part in selected.items()}


def read_mask(text: str, shape: Document) -> Mask:
    """Return the mask described by a selector.

    Args:
        shape: the fields of the message. Each maps to the shape of its own message, or to {} if it is a plain value.

    Raises:
        UnknownField: the selector is invalid; the message names the part.
    """
    mask = Mask()
    tokens = _Tokens(text)
    _read_fields(tokens, [(mask, shape)])
    if tokens.next:
        raise UnknownField(f"“{tokens.next}” is not expected there.")
    return mask


class _Tokens:
    """The tokens of a selector in order; `next` is "" at the end."""

    def __init__(self, text: str) -> None:
        self._parts: Iterator[str] = iter(_TOKEN_PATTERN.findall("".join(text.split())))
        self.next = next(self._parts, "")

    def take_next(self) -> str:
        token, self.next = self.next, next(self._parts, "")
        return token

    def skip(self, token: str) -> bool:
        """Skip the token if it comes next; return whether it did."""
        return self.next == token and bool(self.take_next())


#: Masks being parsed, each with the shape of the value it applies to.
_ShapedMasks = list[tuple[Mask, Document]]


def _read_fields(tokens: _Tokens, shaped_masks: _ShapedMasks) -> None:
    _read_field(tokens, shaped_masks)
    while tokens.skip(","):
        _read_field(tokens, shaped_masks)


def _read_field(tokens: _Tokens, shaped_masks: _ShapedMasks) -> None:
    name = tokens.take_next()
    inner_masks = [
        (mask.parts.setdefault(part, Mask()), shape[part])
        for mask, shape in shaped_masks
        for part in (shape if name == "*" else [name] if name in shape else [])
    ]
    if not inner_masks:
        raise UnknownField(f"there is no field “{name[:100]}” there.")
    if tokens.skip("/"):
        _read_field(tokens, inner_masks)
    elif tokens.skip("("):
        _read_fields(tokens, inner_masks)
        if not tokens.skip(")"):
            raise UnknownField("a closing parenthesis is missing.")
    else:
        for mask, _shape in inner_masks:
            mask.keeps_all = True
