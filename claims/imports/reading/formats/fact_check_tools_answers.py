"""Responses of Google's Fact Check Tools API (v1alpha1): search results and entered markup."""

from collections.abc import Iterator, Mapping
from typing import Any

from claims.imports.reading.formats import json_documents
from claims.imports.reading.formats.schema_org import listed, text, texts, value
from claims.imports.reading.inputs.file import File
from claims.imports.reading.mappings.conventions import NOTHING_KNOWN, Conventions
from claims.imports.reading.raw_record import RawRecord, RecordPlace, Refusal
from factcheck.sentences import SpokenSentence

NAME = "fact-check-tools"
TITLE = "Responses of the Google Fact Check Tools API"

_CLAIM, _PAGE = "claimReview", "claimReviewMarkups"


def recognise(file: File) -> Mapping[str, Any] | None:
    records = json_documents.sample(file)
    answers = [
        one
        for record in records
        if isinstance(record, dict) and "@type" not in record
        for one in ([record] if _is_answer(record) else listed(record.get("claims")))
    ]
    return {} if any(map(_is_answer, answers)) else None


def read(file: File, settings: Mapping[str, Any]) -> Iterator[RawRecord | Refusal]:
    for found in json_documents.values(file):
        if isinstance(found, Refusal):
            yield found
            continue
        place = RecordPlace(file.name, found.position)
        # One answer a line: each a list of claims of its own.
        answer = found.value
        inner = [one for name in ("claims", "claimReviewMarkupPages") for one in listed(value(answer, name))]
        if inner:
            for number, one in enumerate(inner, 1):
                yield from _reviews(one, RecordPlace(file.name, f"{found.position}, claim {number}"))
        elif _is_answer(answer):
            yield from _reviews(answer, place)
        elif found.is_record:
            yield Refusal(
                place, "", SpokenSentence("There is no fact check here."), "no fact check", raw=answer
            )


def conventions(settings: Mapping[str, Any]) -> Conventions:
    return NOTHING_KNOWN


def _is_answer(record: Any) -> bool:
    return isinstance(record, Mapping) and any(isinstance(record.get(name), list) for name in (_CLAIM, _PAGE))


def _reviews(record: Any, place: RecordPlace) -> Iterator[RawRecord | Refusal]:
    claims = listed(value(record, _CLAIM))
    markups = listed(value(record, _PAGE))
    found = [_searched(record, one) for one in claims] + [_entered(record, one) for one in markups]
    if not found:
        yield Refusal(
            place, "", SpokenSentence("This claim has not been checked."), "no fact check", raw=record
        )
    for number, fields in enumerate(found, 1):
        position = place.position if len(found) == 1 else f"{place.position}, review {number}"
        known = {name: one for name, one in fields.items() if one not in (None, "", [])}
        yield RawRecord(RecordPlace(place.file, position), known, raw=record)


def _searched(claim: Any, review: Any) -> dict[str, Any]:
    """`GoogleFactcheckingFactchecktoolsV1alpha1Claim` with one of its reviews."""
    publisher = value(review, "publisher")
    site = text(value(publisher, "site"))
    return {
        "statement": text(value(claim, "text")),
        "claimant": text(value(claim, "claimant")),
        "claimed_on": text(value(claim, "claimDate")),
        "publisher": text(value(publisher, "name")) or site,
        "publisher_url": site,
        "rating": text(value(review, "textualRating")),
        "review_url": text(value(review, "url")),
        "title": text(value(review, "title")),
        "reviewed_on": text(value(review, "reviewDate")),
        "review_language": text(value(review, "languageCode")),
    }


def _entered(page: Any, markup: Any) -> dict[str, Any]:
    """`GoogleFactcheckingFactchecktoolsV1alpha1ClaimReviewMarkupPage` with one of its reviews."""
    claimant, rating = value(markup, "claimAuthor"), value(markup, "rating")
    first = texts(value(markup, "claimFirstAppearance"))
    return {
        "statement": text(value(markup, "claimReviewed")),
        "claimant": text(value(claimant, "name")),
        "claimant_title": text(value(claimant, "jobTitle")),
        "claimant_same_as": texts(value(claimant, "sameAs")),
        "claimed_on": text(value(markup, "claimDate")),
        "appearances": list(dict.fromkeys(first + texts(value(markup, "claimAppearances")))),
        "publisher": text(value(value(page, "claimReviewAuthor"), "name")),
        "rating": text(value(rating, "textualRating")),
        "rating_value": text(value(rating, "ratingValue")),
        "rating_best": text(value(rating, "bestRating")),
        "rating_worst": text(value(rating, "worstRating")),
        "summary": text(value(rating, "ratingExplanation")),
        "review_url": text(value(markup, "url")) or text(value(page, "pageUrl")),
        "reviewed_on": text(value(page, "publishDate")),
    }
