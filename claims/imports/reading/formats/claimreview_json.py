"""JSON files with ClaimReview markup: single reviews, graphs, feeds, dumps, one review per line."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from claims.imports.reading.formats import claimreview_objects, json_documents
from claims.imports.reading.formats.schema_org import find_types
from claims.imports.reading.inputs.file import File
from claims.imports.reading.raw_record import RawRecord, RecordLocation, Refusal, build_refusal
from factcheck.translatable_messages import TranslatableMessage
from sources.extraction.encodings import decode_beginning

NAME = "claimreview"
TITLE = TranslatableMessage("JSON with ClaimReview markup")

_TYPE_PATTERN = re.compile(
    r'"@type"\s*:\s*(?:\[[^\]]{0,200})?"[^"]{0,60}(?:ClaimReview|MediaReview|DataFeed)"'
)
_ALIASED_TYPE_PATTERN = re.compile(r'"type"\s*:\s*(?:\[[^\]]{0,200})?"[^"]{0,60}(?:ClaimReview|MediaReview)"')
_VOCABULARY_PATTERN = re.compile(r'"@?(?:context|vocab)"[^}]{0,200}schema\.org')


def recognise(file: File) -> Mapping[str, Any] | None:
    text = decode_beginning(file.head)
    vocabulary = _VOCABULARY_PATTERN.search(text)
    if _TYPE_PATTERN.search(text) or (
        vocabulary and ('"@type"' in text or _ALIASED_TYPE_PATTERN.search(text))
    ):
        return {}
    return None


def read(file: File, settings: dict[str, Any]) -> Iterator[RawRecord | Refusal]:
    has_results = False
    for value in json_documents.read_values(file):
        if isinstance(value, Refusal):
            yield value
            has_results = True
            continue
        location = RecordLocation(file.name, value.position)
        records_found = claimreview_objects.read_reviews(value.value, location, graph=value.graph)
        if not records_found and value.is_record and _should_hold_reviews(value.value):
            records_found = [
                build_refusal(
                    location, "no ClaimReview", "This contains no ClaimReview markup.", raw=value.value
                )
            ]
        has_results = has_results or bool(records_found)
        yield from records_found
    if not has_results:
        yield build_refusal(
            RecordLocation(file.name, "the whole file"),
            "no ClaimReview",
            "The file contains no ClaimReview markup.",
        )


def _should_hold_reviews(value: Any) -> bool:
    """Return whether a value without reviews should be reported; a description of the site or its logo should not."""
    type_names = find_types(value)
    return not type_names or bool(type_names & {"DataFeedItem", "NewsArticle", "Article"})
