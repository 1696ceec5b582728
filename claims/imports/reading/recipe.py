"""The format and settings for reading files, detected for each file or given by a person."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, islice
from typing import Any

from claims.imports.reading.formats import (
    claimreview_json,
    claimreview_pages,
    fact_check_tools_answers,
    flat_reviews,
    json_documents,
    json_rows,
    own_claims,
    refusal_reports,
    spreadsheets,
    tables,
)
from claims.imports.reading.formats.json_documents import looks_like_json
from claims.imports.reading.inputs.file import File, ImportFormat
from claims.imports.reading.interpretation import read_review
from claims.imports.reading.mappings.conventions import NO_CONVENTIONS
from claims.imports.reading.mappings.mapping import Mapping as TableMapping
from claims.imports.reading.mappings.mapping_choice import find_conventions
from claims.imports.reading.processes import RecordInput
from claims.imports.reading.raw_record import RawRecord, RecordLocation, Refusal, build_refusal
from claims.imports.reading.values.cleaned_text import read_line
from claims.imports.reading.values.rating_labels import has_scale
from claims.imports.reading.values.statement_language import find_majority_language
from factcheck.translatable_messages import TranslatableMessage
from sources.extraction.encodings import decode_beginning, detect_signature

#: Every format, in the order in which they are tried.
FORMATS: tuple[ImportFormat, ...] = (
    claimreview_pages,
    refusal_reports,
    own_claims,
    flat_reviews,
    fact_check_tools_answers,
    claimreview_json,
    spreadsheets,
    json_rows,
    tables,
)
#: These are tried only if a file begins like JSON.
_JSON_FORMATS = (refusal_reports, flat_reviews, fact_check_tools_answers, claimreview_json, json_rows)
#: The formats whose columns a mapping describes.
MAPPED_FORMATS = (json_rows, spreadsheets, tables)

#: Called with each file, its format and its settings.
ReportDetection = Callable[[File, ImportFormat, Mapping[str, Any]], None]

#: Called for each file with warnings for the importing user.
ReportNote = Callable[[File, str], None]

#: Returns whether to import reviews without ratings if no column of the file is known to contain ratings.
AllowsUnrated = Callable[[File], bool]

#: The number of records from which the language of a file is detected.
_SAMPLE_SIZE = 200

#: The maximum number of rating labels in a note.
_MAX_NAMED_LABELS = 10


def _ignore_detection(file: File, import_format: ImportFormat, settings: Mapping[str, Any]) -> None:
    """Do nothing, as the default of `report_detection`."""


def _ignore_note(file: File, sentence: str) -> None:
    """Do nothing, as the default of `report_note`."""


def _return_false(file: File) -> bool:
    """Return False, as the default of `allows_unrated`."""
    return False


@dataclass(frozen=True, slots=True)
class Recipe:
    """The settings for reading files. With an empty recipe, everything is detected."""

    format: str = ""
    """The name of the format; "" to detect it."""
    settings: Mapping[str, Any] | None = None
    """The settings of the format's reader; None to detect them."""
    mapping: TableMapping | None = None
    """The mapping of table columns; None to detect it."""
    constants: Mapping[str, str] = field(default_factory=dict)
    """The default values by field."""
    sheet: str = ""
    """The sheet of a workbook to read; "" for the first one that is not empty."""

    def choose_format(self, file: File) -> tuple[ImportFormat, Mapping[str, Any]] | Refusal:
        """Return the reader of a file with its settings, or the reason why the file cannot be read."""
        detection = detect_format(file, format=self.format or self._find_table_format(file))
        if isinstance(detection, Refusal):
            return detection
        import_format, settings = detection
        if self.settings is not None and self.format == import_format.NAME:
            settings = self.settings
        elif self.mapping is not None:
            # With a mapping, only the three table formats are detected, and their readers have this function.
            settings = import_format.build_settings_for_mapping(file, self.mapping)  # type: ignore[attr-defined]
        if self.sheet and import_format is not spreadsheets:
            return build_refusal(
                RecordLocation(file.name, "the whole file"),
                "unusable workbook",
                "This is not a workbook, so it has no sheet “%(sheet)s”.",
                sheet=self.sheet,
            )
        return import_format, self.complete(settings) if import_format in MAPPED_FORMATS else settings

    def complete(self, settings: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the settings of a table, with the recipe's settings added."""
        if "mapping" not in settings:  # a workbook's mapping is detected while it is read
            return {**settings, "constants": dict(self.constants), "sheet": self.sheet}
        mapping = dict(settings["mapping"])
        if self.constants:
            mapping["constants"] = {**mapping.get("constants", {}), **self.constants}
        if self.sheet:
            mapping["table"] = {**mapping.get("table", {}), "sheet": self.sheet}
        return {**settings, "mapping": mapping}

    def _find_table_format(self, file: File) -> str:
        """Return the name of the file's table format if a mapping is given; otherwise ""."""
        if self.mapping is None:
            return ""
        if looks_like_json(file):
            return json_rows.NAME
        return next(
            (
                import_format.NAME
                for import_format in MAPPED_FORMATS
                if import_format.recognise(file) is not None
            ),
            tables.NAME,
        )


def detect_format(file: File, *, format: str = "") -> tuple[ImportFormat, Mapping[str, Any]] | Refusal:  # noqa: A002
    """Return the format of a file with the settings for reading it, or a refusal if the format is unknown.

    Args:
        format: the name of a format to use without detection.
    """
    if format:
        for import_format in FORMATS:
            if format == import_format.NAME:
                return import_format, import_format.recognise(file) or {}
        return _refuse_format(
            file, TranslatableMessage("There is no format named “%(name)s”.", name=format), "no such format"
        )
    is_json = looks_like_json(file)
    for import_format in FORMATS:
        if (is_json or import_format not in _JSON_FORMATS) and (
            settings := import_format.recognise(file)
        ) is not None:
            return import_format, settings
    if not file.head.strip():
        return _refuse_format(file, TranslatableMessage("This file is empty."), "empty file")
    if is_json and (reason := json_documents.explain_unreadable(file)):
        return Refusal(RecordLocation(file.name, "the whole file"), "", reason, "broken JSON")
    return _refuse_format(
        file,
        TranslatableMessage(
            "This is %(seen)s, which is not in a supported format.", seen=_describe_beginning(file)
        ),
        "unknown format",
    )


def _refuse_format(file: File, description: str, code: str) -> Refusal:
    formats = "; ".join(f"{import_format.NAME} ({import_format.TITLE})" for import_format in FORMATS)
    reason = (
        description
        if code == "empty file"
        else TranslatableMessage("%(what)s The formats are: %(formats)s.", what=description, formats=formats)
    )
    return Refusal(RecordLocation(file.name, "the whole file"), "", reason, code)


def _describe_beginning(file: File) -> str:
    """Return a description of the beginning of a file, worded to follow “This is …”."""
    if signature := detect_signature(file.head):
        return signature
    text = decode_beginning(file.head)
    if text.startswith(("{", "[")):
        return TranslatableMessage("JSON without ClaimReview markup")
    if text.startswith("<"):
        return TranslatableMessage(
            "an XML document, perhaps a feed or a sitemap; import its address to fetch the pages"
        )
    if text.count("\ufffd") > len(text) // 100 or "\x00" in text:
        return TranslatableMessage("a binary file")
    line = text.partition("\n")[0][:60].rstrip()
    return TranslatableMessage("text that begins with “%(line)s”", line=line)


def read_records(
    files: Iterable[File | Refusal],
    recipe: Recipe,
    *,
    report_detection: ReportDetection = _ignore_detection,
    report_note: ReportNote = _ignore_note,
    allows_unrated: AllowsUnrated = _return_false,
) -> Iterator[RecordInput]:
    """Yield the records in the files, each with the conventions of its file."""
    for file in files:
        if isinstance(file, Refusal):
            yield file, NO_CONVENTIONS
            continue
        file.note, file.allows_unrated = partial(report_note, file), partial(allows_unrated, file)
        choice = recipe.choose_format(file)
        if isinstance(choice, Refusal):
            yield choice, NO_CONVENTIONS
            continue
        import_format, settings = choice[0], dict(choice[1])
        report_detection(file, import_format, settings)
        items = import_format.read(file, settings)
        first_items = list(islice(items, _SAMPLE_SIZE))
        known_conventions = find_conventions(settings)
        conventions = replace(
            known_conventions,
            constants={**known_conventions.constants, **recipe.constants},
            language=_find_language(first_items),
        )
        if note := _find_foreign_labels((item, conventions) for item in first_items):
            file.note(note)
        for item in chain(first_items, items):
            yield item, conventions


def _find_language(items: Iterable[RawRecord | Refusal]) -> str:
    """Return the most common language among the statements of records that state no language."""
    fields = [item.fields for item in items if isinstance(item, RawRecord)]
    return find_majority_language(
        read_line(record_fields.get("statement"))
        for record_fields in fields
        if not record_fields.get("language")
    )


def _find_foreign_labels(records: Iterable[RecordInput]) -> str:
    """Return a sentence that lists labels outside all scales of their publisher; "" if there are none.

    An archive may hold another party's ratings of claims, with links to a fact-checker's pages. Imported unchecked,
    those ratings would be published as the fact-checker's verdicts.
    """
    labels_found: dict[str, Counter[str]] = {}
    for item, conventions in records:
        review = None if isinstance(item, Refusal) else read_review(item, conventions)
        if review is None or isinstance(review, Refusal) or not (review.publisher and review.rating):
            continue
        if not review.rating.scale and has_scale(review.publisher.domain):
            labels_found.setdefault(review.publisher.name, Counter())[review.rating.text] += 1
    if not labels_found:
        return ""
    labels = {
        name: ", ".join(f"“{label}”" for label, _count in counts.most_common(_MAX_NAMED_LABELS))
        for name, counts in labels_found.items()
    }
    return TranslatableMessage(
        "These labels are not on any scale of the publisher they would be assigned to: %(labels)s. If another"
        " publisher rated these claims, give it with --set publisher=… or as a “fixed value” in the form.",
        labels="; ".join(f"{name}: {label_list}" for name, label_list in labels.items()),
    )
