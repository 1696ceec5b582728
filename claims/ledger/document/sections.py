"""Sections that features add to the published body of a verdict, each declared once.

A published body never changes, and all bodies have the same keys. A section is therefore present as long as its feature
is installed, even while the feature is off.
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
        key: the section's key in the body.
        name: the section's heading.
        shape: the type of the list; the serializer and the OpenAPI schema are made from it.
        template: the template for reader pages, with `verdict` in its context.
        model: the model of the rows, which belong to a verdict.
        row_name: the name of a row in the history of a verdict.
        conflict_message: the error shown on restoring an export if the database has a different row `%(pk)s`.
        unlogged: columns that the history of a verdict leaves out.
        prefetch: returns the relations of verdicts that `build` reads.
        build: returns the list of a stored verdict.
        format_item: formats an item as one line, for lists of changes.
        format_plain: formats an item as plain text: a line, and its quoted words.
        restore: returns the columns of the rows behind a published verdict; it also takes the claimant's id.
        carry_over: copies the rows of verdicts to the versions that replace them.
    """

    key: str
    name: StrOrPromise
    shape: Any
    template: str
    model: type[Model]
    row_name: StrOrPromise
    conflict_message: StrOrPromise
    unlogged: tuple[str, ...]
    prefetch: Callable[[], Prefetch[Any]]
    build: Callable[[Verdict], list[Any]]
    format_item: Callable[[Item], str]
    format_plain: Callable[[Item], tuple[str, str]]
    restore: Callable[[dict[str, Any], int | None], Iterator[dict[str, Any]]]
    carry_over: Callable[[Mapping[int, int]], None]

    def format_items(self, verdict: Item) -> str:
        """Return a line for each item of a published verdict, which may be older than the section itself."""
        return "\n".join(map(self.format_item, verdict.get(self.key, [])))


@cache
def get_sections() -> tuple[Section, ...]:
    """Return the sections of all installed features."""
    return tuple(features.load_installed("section"))


def insert_sections(verdict: Any, values: Mapping[str, Any]) -> None:
    """Insert values before the last key of a verdict: its sections, or their types into the type annotations."""
    last_value = verdict.pop(_LAST_KEY)
    verdict.update(values)
    verdict[_LAST_KEY] = last_value
