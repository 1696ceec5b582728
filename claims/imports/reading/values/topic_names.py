"""The topics of a record."""

import re
from collections.abc import Iterator
from typing import Any, Final

from claims.imports.reading.values import cleaned_text
from claims.imports.reading.values.cleaned_text import clean, is_empty_value, iterate_texts
from claims.imports.reading.values.problem import Problem, shorten_value
from factcheck.sentences import SpokenSentence

MAX_LENGTH: Final = 100

_SEPARATOR = re.compile("[;|\n\t،、，]")


def read_topics(value: Any) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """Return the distinct topics in a list or a delimited string, ignoring case."""
    if not value:
        return (), ()
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for topic in _split_topics(value):
        if len(topic) > MAX_LENGTH:
            problems.append(
                Problem(
                    "topic too long",
                    SpokenSentence(
                        "%(topic)s is longer than %(longest)s characters.",
                        topic=shorten_value(topic),
                        longest=MAX_LENGTH,
                    ),
                )
            )
        elif not is_empty_value(topic) and any(map(str.isalnum, topic)):
            found.setdefault(topic.casefold(), topic)
    return tuple(found.values()), tuple(problems)


def _split_topics(value: Any) -> Iterator[str]:
    # An entry of a list is one topic, commas and all: "Food, Agriculture and Rural Affairs".
    parts = list(iterate_texts(value))
    if isinstance(value, str):
        longest = cleaned_text.MAX_LENGTH
        whole = value if "&" not in value else clean(value[:longest])  # an entity ends in a semicolon as well
        parts = _SEPARATOR.split(whole)
        if len(parts) == 1:
            parts = whole.split(",")
    for part in parts:
        yield clean(part).strip("#\"'[] ")
