"""The reason why a value is not used."""

from typing import NamedTuple

from factcheck.translatable_messages import TranslatableMessage

#: The maximum length of a value in a message.
MAX_QUOTED_LENGTH = 60


class Problem(NamedTuple):
    code: str
    """The kind of problem without values, for counting: "ambiguous date"."""
    reason: str
    """A sentence for a person: the value, the problem and the solution."""


def build_problem(code: str, template: str, /, **values: object) -> Problem:
    """Return a problem whose reason is a `TranslatableMessage` of this template."""
    return Problem(code, TranslatableMessage(template, **values))


def shorten_value(value: object) -> str:
    """Quote a value for a message, shortened to one line."""
    text = " ".join(str(value)[: 4 * MAX_QUOTED_LENGTH].split())
    return f"“{text}”" if len(text) <= MAX_QUOTED_LENGTH else f"“{text[: MAX_QUOTED_LENGTH - 1].rstrip()}…”"
