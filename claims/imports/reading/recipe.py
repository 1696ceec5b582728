"""How files are read: in which format, and how exactly; found out for each file, or stated by a person."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from typing import Any

from claims.imports.reading.formats import json_rows, spreadsheets, tables
from claims.imports.reading.formats.json_documents import looks_like_json
from claims.imports.reading.inputs.file import File, ImportFormat
from claims.imports.reading.mappings.conventions import NOTHING_KNOWN
from claims.imports.reading.mappings.mapping import Mapping as TableMapping
from claims.imports.reading.processes import Input
from claims.imports.reading.raw_record import RawRecord, Refusal
from claims.imports.reading.recognition import detect
from claims.imports.reading.values.cleaned_text import line
from claims.imports.reading.values.statement_language import majority_language

#: Is told of each file how it is read.
Detected = Callable[[File, ImportFormat, Mapping[str, Any]], None]

#: Is told of each file what whoever imports it should know.
Noted = Callable[[File, str], None]

#: Whether the reviews in a file are to be taken without ratings, of which no column is known to hold any.
Unrated = Callable[[File], bool]

#: So many records of a file show which language it is in.
_FIRST = 200

#: The formats whose columns a mapping gives their meaning.
MAPPED = (json_rows, spreadsheets, tables)


def _nobody(file: File, form: ImportFormat, settings: Mapping[str, Any]) -> None:
    """Nobody wants to know."""


def _unheard(file: File, sentence: str) -> None:
    """Nobody wants to know."""


def _not_said(file: File) -> bool:
    """Nobody has said so."""
    return False


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to read files. The empty one finds out by itself."""

    format: str = ""
    """The name of a format; "" to find out."""
    settings: Mapping[str, Any] | None = None
    """As the format's reader understands them; None to find out."""
    mapping: TableMapping | None = None
    """What the columns of tables mean; None to find out."""

    def of(self, file: File) -> tuple[ImportFormat, Mapping[str, Any]] | Refusal:
        """The reader of a file, and how it is to read it; or why it cannot be read."""
        found = detect(file, format=self.format or self._mapped(file))
        if isinstance(found, Refusal):
            return found
        form, settings = found
        if self.settings is not None and self.format == form.NAME:
            return form, self.settings
        if self.mapping is not None:
            # The three have it, and detection was told to choose among them.
            return form, form.settings_for(file, self.mapping)  # type: ignore[attr-defined]
        return form, settings

    def _mapped(self, file: File) -> str:
        """Where there is a mapping, the format of tables that the file is of."""
        if self.mapping is None:
            return ""
        if looks_like_json(file):
            return json_rows.NAME
        return next((form.NAME for form in MAPPED if form.recognise(file) is not None), tables.NAME)


def records(
    files: Iterable[File | Refusal],
    recipe: Recipe,
    *,
    detected: Detected = _nobody,
    noted: Noted = _unheard,
    unrated: Unrated = _not_said,
) -> Iterator[Input]:
    """What stands in the files, one after the other, each with the conventions of its file."""
    for file in files:
        if isinstance(file, Refusal):
            yield file, NOTHING_KNOWN
            continue
        file.note, file.is_unrated = partial(noted, file), partial(unrated, file)
        found = recipe.of(file)
        if isinstance(found, Refusal):
            yield found, NOTHING_KNOWN
            continue
        form, settings = found
        detected(file, form, settings)
        items = form.read(file, settings)
        first = list(islice(items, _FIRST))
        conventions = replace(form.conventions(settings), language=_language_of(first))
        for item in chain(first, items):
            yield item, conventions


def _language_of(items: Iterable[RawRecord | Refusal]) -> str:
    """What most of the statements are in, where their records do not say."""
    fields = [item.fields for item in items if isinstance(item, RawRecord)]
    return majority_language(line(one.get("statement")) for one in fields if not one.get("language"))
