"""Responses of Google's Fact Check Tools API (v1alpha1): search results, and markup that publishers entered."""

from collections.abc import Iterator, Mapping
from typing import Any

from claims.imports.reading.formats import json_documents
from claims.imports.reading.formats.schema_org import find_text, find_texts, find_value, to_list
from claims.imports.reading.inputs.file import File
from claims.imports.reading.raw_record import RawRecord, RecordLocation, Refusal, build_refusal
from factcheck.translatable_messages import TranslatableMessage

NAME = "fact-check-tools"
TITLE = TranslatableMessage("Responses from the Google Fact Check Tools API")

_REVIEWS_KEY, _MARKUPS_KEY = "claimReview", "claimReviewMarkups"


def recognise(file: File) -> Mapping[str, Any] | None:
    records = json_documents.sample_values(file)
    responses = [
        member
        for record in records
        if isinstance(record, dict) and "@type" not in record
        for member in ([record] if _is_answer(record) else to_list(record.get("claims")))
    ]
    return {} if any(map(_is_answer, responses)) else None


def read(file: File, settings: dict[str, Any]) -> Iterator[RawRecord | Refusal]:
    for value_found in json_documents.read_values(file):
        if isinstance(value_found, Refusal):
            yield value_found
            continue
        location = RecordLocation(file.name, value_found.position)
        # One response per line, each with its own list of claims.
        response = value_found.value
        members = [
            member
            for name in ("claims", "claimReviewMarkupPages")
            for member in to_list(find_value(response, name))
        ]
        if members:
            for number, member in enumerate(members, 1):
                yield from _iterate_reviews(
                    member, RecordLocation(file.name, f"{value_found.position}, claim {number}")
                )
        elif _is_answer(response):
            yield from _iterate_reviews(response, location)
        elif value_found.is_record:
            yield build_refusal(location, "no fact check", "There is no fact check here.", raw=response)


def _is_answer(record: Any) -> bool:
    return isinstance(record, Mapping) and any(
        isinstance(record.get(name), list) for name in (_REVIEWS_KEY, _MARKUPS_KEY)
    )


def _iterate_reviews(record: Any, location: RecordLocation) -> Iterator[RawRecord | Refusal]:
    claims = to_list(find_value(record, _REVIEWS_KEY))
    markups = to_list(find_value(record, _MARKUPS_KEY))
    records_found = [_read_search_result(record, review) for review in claims] + [
        _read_markup_page(record, markup) for markup in markups
    ]
    if not records_found:
        yield build_refusal(location, "no fact check", "This claim has not been checked.", raw=record)
    for number, fields in enumerate(records_found, 1):
        position = location.position if len(records_found) == 1 else f"{location.position}, review {number}"
        known_fields = {name: value for name, value in fields.items() if value not in (None, "", [])}
        yield RawRecord(RecordLocation(location.file, position), known_fields, raw=record)


def _read_search_result(claim: Any, review: Any) -> dict[str, Any]:
    """Return the fields of a `GoogleFactcheckingFactchecktoolsV1alpha1Claim` with one of its reviews."""
    publisher = find_value(review, "publisher")
    site = find_text(find_value(publisher, "site"))
    return {
        "statement": find_text(find_value(claim, "text")),
        "claimant": find_text(find_value(claim, "claimant")),
        "claimed_on": find_text(find_value(claim, "claimDate")),
        "publisher": find_text(find_value(publisher, "name")) or site,
        "publisher_url": site,
        "rating": find_text(find_value(review, "textualRating")),
        "review_url": find_text(find_value(review, "url")),
        "title": find_text(find_value(review, "title")),
        "reviewed_on": find_text(find_value(review, "reviewDate")),
        "review_language": find_text(find_value(review, "languageCode")),
    }


def _read_markup_page(page: Any, markup: Any) -> dict[str, Any]:
    """Return the fields of a `GoogleFactcheckingFactchecktoolsV1alpha1ClaimReviewMarkupPage` and one of its reviews."""
    claimant, rating = find_value(markup, "claimAuthor"), find_value(markup, "rating")
    appearances = find_texts(find_value(markup, "claimFirstAppearance"))
    return {
        "statement": find_text(find_value(markup, "claimReviewed")),
        "claimant": find_text(find_value(claimant, "name")),
        "claimant_title": find_text(find_value(claimant, "jobTitle")),
        "claimant_same_as": find_texts(find_value(claimant, "sameAs")),
        "claimed_on": find_text(find_value(markup, "claimDate")),
        "appearances": list(dict.fromkeys(appearances + find_texts(find_value(markup, "claimAppearances")))),
        "publisher": find_text(find_value(find_value(page, "claimReviewAuthor"), "name")),
        "rating": find_text(find_value(rating, "textualRating")),
        "rating_value": find_text(find_value(rating, "ratingValue")),
        "rating_best": find_text(find_value(rating, "bestRating")),
        "rating_worst": find_text(find_value(rating, "worstRating")),
        "summary": find_text(find_value(rating, "ratingExplanation")),
        "review_url": find_text(find_value(markup, "url")) or find_text(find_value(page, "pageUrl")),
        "reviewed_on": find_text(find_value(page, "publishDate")),
    }
