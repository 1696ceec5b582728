"""Notes that features add below the sources on reader pages."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from factcheck import features

Document = dict[str, Any]


class SourceNote(NamedTuple):
    """A note: its template, and the values that the template uses as `note`."""

    template: str
    values: Mapping[str, Any]


def list_named_sources(body: Document) -> Iterator[Document]:
    """Return the sources that a publication mentions."""
    for appearance in body["appearances"]:
        yield appearance["source"]
    for verdict in body["verdicts"]:
        for item in verdict["evidence"]:
            yield item["source"]


def list_source_notes(sources: Iterable[Document]) -> dict[int, list[SourceNote]]:
    """Return the notes on the sources of a publication, by source id."""
    source_ids = list(sources)
    notes: dict[int, list[SourceNote]] = {}
    for find_notes in features.load_declared("source_notes"):
        for source, note in find_notes(source_ids).items():
            notes.setdefault(source, []).append(note)
    return notes
