"""Sections that features add to the published body of a verdict, each declared once.

A body keeps what was published, and has the same keys everywhere: a section is there as long as its feature is
installed, also while that is off.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import Model, Prefetch
from django_stubs_ext import StrOrPromise

from claims.models import Verdict
from factcheck import features

Item = Mapping[str, Any]

#: The last key of a verdict. Sections come before it.
_LAST_KEY = "signed_off"


@dataclass(frozen=True, slots=True)
class Section:
    """A list in the body of a verdict, with the model that stores its rows.

    Attributes:
        key: its key in the body.
        name: its heading.
        shape: the type of the list, from which come the serializer and the OpenAPI schema.
        template: shows it on pages of readers, with `verdict` in the context.
        model: the rows, which belong to a verdict.
        row_name: what the history of a verdict calls a row.
        conflict: says that row `%(pk)s` is different here, where an export is restored.
        unlogged: columns that the history of a verdict leaves out.
        prefetch: returns what `build` reads of verdicts.
        build: returns the list.
        format_item: writes an item in a line, for lists of what changed.
        format_plain: writes an item for plain text: a line, and the words that it quotes.
        restore: returns columns of the rows that a published verdict came from; it takes the id of the claimant, too.
        carry_over: copies the rows of verdicts to the versions that replace them.
    """

    key: str
    name: StrOrPromise
    shape: Any
    template: str
    model: type[Model]
    row_name: StrOrPromise
    conflict: StrOrPromise
    unlogged: tuple[str, ...]
    prefetch: Callable[[], Prefetch[Any]]
    build: Callable[[Verdict], list[Any]]
    format_item: Callable[[Item], str]
    format_plain: Callable[[Item], tuple[str, str]]
    restore: Callable[[dict[str, Any], int | None], Iterator[dict[str, Any]]]
    carry_over: Callable[[Mapping[int, int]], None]

    def format_items(self, verdict: Item) -> str:
        """Return a line for each item of a published verdict, which may be older than the section."""
        return "\n".join(map(self.format_item, verdict.get(self.key, [])))


@cache
def get_sections() -> tuple[Section, ...]:
    """Return the sections of all installed features."""
    return tuple(features.load_installed("section"))


def insert_sections(verdict: Any, values: Mapping[str, Any]) -> None:
    """Insert a value for each section, by key, into the body of a verdict, or into the types of its keys."""
    last = verdict.pop(_LAST_KEY)
    verdict.update(values)
    verdict[_LAST_KEY] = last
