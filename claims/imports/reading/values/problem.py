"""The reason why a value is not used."""

from typing import NamedTuple

#: How much of a value a message repeats.
SHOWN = 60


class Problem(NamedTuple):
    code: str
    """For counting, without values: "ambiguous date"."""
    reason: str
    """For a person: what stands there, why it cannot be used, and the way out."""


def shorten_value(value: object) -> str:
    """Quote a value for a message: on one line, and short."""
    text = " ".join(str(value)[: 4 * SHOWN].split())
    return f"“{text}”" if len(text) <= SHOWN else f"“{text[: SHOWN - 1].rstrip()}…”"
