"""What a claim is about, as the record files it."""

import re
from collections.abc import Iterator
from typing import Any, Final

from claims.importers.values.problem import Problem, shown
from claims.importers.values.texts import clean, says_nothing, texts

LONGEST: Final = 100

_SEPARATOR = re.compile(r"\s*[;|\n\t،、，]\s*")
_COMMA = re.compile(r"\s*,\s*")


def read_topics(value: Any) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """The topics in a list, or in a string that separates them, each once whatever its case."""
    if not value:
        return (), ()
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for topic in _separated(value):
        if len(topic) > LONGEST:
            problems.append(
                Problem("topic too long", f"{shown(topic)} is too long for a topic ({LONGEST} characters).")
            )
        elif not says_nothing(topic):
            found.setdefault(topic.casefold(), topic)
    return tuple(found.values()), tuple(problems)


def _separated(value: Any) -> Iterator[str]:
    # An entry of a list is one topic, commas and all: "Food, Agriculture and Rural Affairs".
    if isinstance(value, str):
        parts = _SEPARATOR.split(value)
        if len(parts) == 1:
            parts = _COMMA.split(value)
        # An entity ends in a semicolon as well.
        if "&" in value:
            parts = _SEPARATOR.split(clean(value)) if ";" in clean(value) else _COMMA.split(clean(value))
    else:
        parts = list(texts(value))
    for part in parts:
        yield clean(part).strip("#\"'[] ")
