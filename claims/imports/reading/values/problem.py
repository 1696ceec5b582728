"""The reason why a value is not used."""

from typing import NamedTuple

#: How much of a value a message repeats.
MAX_QUOTED_LENGTH = 60


class Problem(NamedTuple):
    code: str
    """For counting, without values: "ambiguous date"."""
    reason: str
    """For a person: what stands there, why it cannot be used, and the way out."""


def shorten_value(value: object) -> str:
    """Quote a value for a message, shortened to one line."""
    text = " ".join(str(value)[: 4 * MAX_QUOTED_LENGTH].split())
    return f"“{text}”" if len(text) <= MAX_QUOTED_LENGTH else f"“{text[: MAX_QUOTED_LENGTH - 1].rstrip()}…”"
