"""`RawRecord` → `Review` or `Refusal`: every value is certain, none is guessed.

A record needs a statement in a known language; a verdict also needs its publisher. Other unusable values are left out
with a `Remark`. The functions are pure and picklable, because worker processes call them.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from claims.imports.reading.mappings.conventions import NO_CONVENTIONS, Conventions
from claims.imports.reading.raw_record import RawRecord, Refusal
from claims.imports.reading.review_record import Label, Outlet, Person, Remark, Review
from claims.imports.reading.values import cleaned_text
from claims.imports.reading.values.claimant_names import read_person, read_unnamed_group
from claims.imports.reading.values.cleaned_text import (
    clean,
    is_empty_value,
    iterate_texts,
    join_texts,
    read_line,
    read_paragraphs,
)
from claims.imports.reading.values.days import parse_day
from claims.imports.reading.values.language_tags import read_language
from claims.imports.reading.values.media_values import read_category, read_kind
from claims.imports.reading.values.outlets import is_own_name, read_outlet
from claims.imports.reading.values.problem import Problem, build_problem, shorten_value
from claims.imports.reading.values.rating_labels import read_label, read_number
from claims.imports.reading.values.statement_language import choose_statement_language
from claims.imports.reading.values.web_addresses import read_addresses
from factcheck.translatable_messages import TranslatableMessage

MAX_STATEMENT_LENGTH: Final = 10_000
MAX_TEXT_LENGTH: Final = 10_000
MAX_BYLINE_LENGTH: Final = 200
MAX_TITLE_LENGTH: Final = 500
MAX_ID_LENGTH: Final = 500
MAX_TOPIC_LENGTH: Final = 100

# A CSV cell that was stored without unquoting: "He said ""no"" twice".
_QUOTED_CELL = re.compile(r'"(?:[^"]|"")*"')
_TOPIC_SEPARATOR = re.compile("[;|\n\t،、，]")
_URL_ONLY_PATTERN = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)


def read_review(raw_record: RawRecord, conventions: Conventions = NO_CONVENTIONS) -> Review | Refusal:
    """Return a record in its stored form, or the reason why it cannot be stored. Never raises.

    A record without a judgement is a claim for an editor to decide about.
    """
    record = _Record(raw_record, conventions)
    statement = _read_statement(record)
    if isinstance(statement, Problem):
        return record.build_refusal("statement", statement)
    url = record.read_address("review_url")
    outlet, named_person = _read_outlet(record, url)
    review_language, language = record.read_language("review_language"), record.read_language("language")
    rating = _read_rating(record, outlet, review_language or language)
    if isinstance(rating, Problem):
        return record.build_refusal("rating", rating)
    if isinstance(named_person, Problem):
        if rating:
            return record.build_refusal("publisher", named_person)
        if record.has_value("publisher"):
            record.add_remarks("publisher", [named_person])
    if not language:
        expected_languages = (review_language, outlet.language if outlet else "", conventions.language)
        language, is_guessed = choose_statement_language(statement, expected_languages)
        if not language:
            return record.build_refusal("language", _refuse_unknown_language(statement))
        if is_guessed:
            record.add_remarks("language", [_report_guessed_language(language)])
    media = record.read_addresses("media")
    return Review(
        location=raw_record.location,
        statement=statement,
        language=language,
        publisher=outlet,
        rating=rating,
        claimant=_read_claimant(record, outlet),
        claimed_on=record.read_day("claimed_on", language),
        context=_read_context(record),
        # A recording that shows the claim counts as its appearance.
        appearances=tuple(dict.fromkeys((*record.read_addresses("appearances"), *media))),
        topics=record.read_topics(),
        id=record.read_name("id", MAX_ID_LENGTH),
        url=url,
        title=record.read_name("title", MAX_TITLE_LENGTH),
        summary=record.read_text("summary"),
        byline=record.read_name("byline", MAX_BYLINE_LENGTH)
        or (named_person if isinstance(named_person, str) else ""),
        reviewed_on=record.read_day("reviewed_on", review_language or language),
        review_language=review_language,
        media=media,
        media_kind=read_kind(record.value("media_kind")) if media else "",
        media_authenticity_category=record.read_category("media_authenticity_category"),
        original_media_context=record.read_text("original_media_context"),
        original_media_url=record.read_address("original_media_url"),
        remarks=tuple(dict.fromkeys(record.remarks)) if record.remarks else (),
    )


@dataclass(slots=True)
class _Record:
    """A record during interpretation: its values, and the values left out so far."""

    raw_record: RawRecord
    conventions: Conventions
    remarks: list[Remark] = field(default_factory=list)
    value: Callable[[str], Any] = field(init=False)
    """The value of a field; None if unknown."""

    def __post_init__(self) -> None:
        known_fields = {
            name: value
            for name, value in self.raw_record.fields.items()
            if value is not None and value != "" and value != []
        }
        constants = self.conventions.constants
        self.value = ({**constants, **known_fields} if constants else known_fields).get

    def has_value(self, name: str) -> bool:
        return not is_empty_value(read_line(self.value(name)))

    def build_refusal(self, name: str, problem: Problem) -> Refusal:
        return Refusal(self.raw_record.location, name, problem.reason, problem.code, self.raw_record)

    def add_remarks(self, name: str, problems: Iterable[Problem]) -> None:
        self.remarks += [Remark(name, problem.reason, problem.code) for problem in problems]

    def read_text(self, name: str) -> str:
        """Return paragraphs of text for readers; "" for an empty value."""
        value = self.value(name)
        if not value:
            return ""
        text = read_paragraphs(value)
        if is_empty_value(text):
            return ""
        if not _has_words(text):
            self.add_remarks(
                name,
                [build_problem("no words", "%(text)s has no words.", text=shorten_value(text))],
            )
            return ""
        if len(text) > MAX_TEXT_LENGTH:
            self.add_remarks(name, [_refuse_too_long(text, MAX_TEXT_LENGTH)])
            return ""
        return text

    def read_name(self, name: str, limit: int) -> str:
        """Return all names in a field, on one line."""
        value = self.value(name)
        if not value and value != 0:
            return ""
        text = join_texts(value)
        if is_empty_value(text):
            return ""
        if len(text) > limit:
            self.add_remarks(name, [_refuse_too_long(text, limit)])
            return ""
        return text

    def read_language(self, name: str) -> str:
        value = self.value(name)
        if not value and value != 0:
            return ""
        if codes := self.conventions.languages:
            value = codes.get(read_line(value), value)
        return read_language(value)

    def read_day(self, name: str, language: str) -> date | None:
        value = self.value(name)
        if value is None:
            return None
        day = parse_day(value, name, self.conventions, language)
        if isinstance(day, Problem):
            self.add_remarks(name, [day])
            return None
        return day

    def read_addresses(self, name: str) -> tuple[str, ...]:
        value = self.value(name)
        if not value:
            return ()
        addresses, problems = read_addresses(value)
        if problems:
            self.add_remarks(name, problems)
        return addresses

    def read_address(self, name: str) -> str:
        """Return the first URL of a field."""
        addresses = self.read_addresses(name)
        if len(addresses) > 1:
            reason = f"{shorten_value(addresses[0])} is used, and {len(addresses) - 1} more left out."
            self.add_remarks(name, [Problem("several addresses", reason)])
        return addresses[0] if addresses else ""

    def read_category(self, name: str) -> str:
        """Return the schema.org category of the record's media."""
        value = self.value(name)
        if not value:
            return ""
        category, problems = read_category(value)
        self.add_remarks(name, problems)
        return category

    def read_topics(self) -> tuple[str, ...]:
        topics, problems = read_topics(self.value("topics"))
        self.add_remarks("topics", problems)
        return topics


def _read_statement(record: _Record) -> str | Problem:
    text = read_line(record.value("statement"))
    if '""' in text and _QUOTED_CELL.fullmatch(text):
        text = text[1:-1].replace('""', '"').strip()
    if is_empty_value(text):
        return build_problem("no statement", "The record does not say what was claimed.")
    if len(text) > MAX_STATEMENT_LENGTH:
        return Problem("statement too long", _refuse_too_long(text, MAX_STATEMENT_LENGTH).reason)
    if _URL_ONLY_PATTERN.fullmatch(text):
        return build_problem(
            "statement is an address",
            "%(text)s is an address. Enter the claim made there instead.",
            text=shorten_value(text),
        )
    if not _has_words(text):
        return build_problem(
            "statement without words",
            "%(text)s has no words; say what was claimed.",
            text=shorten_value(text),
        )
    return text


def _read_outlet(record: _Record, url: str) -> tuple[Outlet | None, str | Problem]:
    """Return the publisher and the name of any person given as the publisher; otherwise None and the problem."""
    name = record.value("publisher")
    is_stated = bool(name) and name == record.conventions.constants.get("publisher")
    outlet, named_person = read_outlet(name, record.value("publisher_url"), url, is_stated=is_stated)
    if isinstance(named_person, str) and len(named_person) > MAX_BYLINE_LENGTH:
        named_person = ""
    return outlet, named_person


def _read_rating(record: _Record, outlet: Outlet | None, language: str) -> Label | Problem | None:
    """Return the rating, read from the label or, without one, the number; a Problem if unusable; None if missing."""
    codes = record.conventions.ratings
    if (rating := read_label(record.value("rating"), outlet, codes, language)) is not None:
        return rating
    value = record.value("rating_value")
    if value is None:
        return None
    best_value, worst_value = record.value("rating_best"), record.value("rating_worst")
    number = read_number(value, best_value, worst_value, outlet, codes, language)
    if isinstance(number, Problem):
        record.add_remarks("rating_value", [number])
        return None
    return number


def _read_claimant(record: _Record, outlet: Outlet | None) -> Person | None:
    name = record.value("claimant")
    if not name:
        if record.has_value("claimant_title"):
            record.add_remarks(
                "claimant_title",
                [build_problem("no one is named", "The record has a job title, but no claimant.")],
            )
        return None
    person, problems = read_person(
        name,
        record.value("claimant_kind"),
        record.value("claimant_title"),
        record.value("claimant_same_as"),
    )
    for field_name, problem in problems:
        record.add_remarks(field_name, [problem])
    if person and outlet and is_own_name(person.name, outlet):
        # Markup often names the publisher as the claimant, although it checked the claim and did not make it.
        reason = TranslatableMessage(
            "%(person)s gave the rating, so no claimant is stored.",
            person=shorten_value(person.name),
        )
        record.add_remarks("claimant", [Problem("claimant is the publisher", reason)])
        return None
    return person


def _read_context(record: _Record) -> str:
    """Return the context of the claim, including words in the claimant field that name no person or body."""
    text = record.read_text("context")
    claimant = record.value("claimant")
    unnamed_group = read_unnamed_group(claimant, record.value("claimant_kind")) if claimant else ""
    if not unnamed_group or unnamed_group.casefold() in text.casefold():
        return text
    joined_text = f"{text}\n\n{unnamed_group}" if text else unnamed_group
    if len(joined_text) > MAX_TEXT_LENGTH:
        record.add_remarks("claimant", [_refuse_too_long(joined_text, MAX_TEXT_LENGTH)])
        return text
    return joined_text


def _has_words(text: str) -> bool:
    return any(map(str.isalpha, text))


def _refuse_too_long(text: str, limit: int) -> Problem:
    return build_problem(
        "too long",
        "%(text)s has %(text_2)s characters; the limit is %(limit)s.",
        text=shorten_value(text),
        text_2=f"{len(text):,}",
        limit=f"{limit:,}",
    )


def _refuse_unknown_language(statement: str) -> Problem:
    return build_problem(
        "language unknown",
        "The language of %(statement)s cannot be detected; name the language.",
        statement=shorten_value(statement),
    )


def _report_guessed_language(language: str) -> Problem:
    return build_problem(
        "language guessed",
        "The record names no language, and the statement is too short to detect it with certainty; "
        "“%(language)s” is stored. If that is wrong, name the language.",
        language=language,
    )


def read_topics(value: Any) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """Return the distinct topics in a list or a delimited string, ignoring case, and the problems."""
    if not value:
        return (), ()
    topics: dict[str, str] = {}
    problems: list[Problem] = []
    for topic in _split_topics(value):
        if len(topic) > MAX_TOPIC_LENGTH:
            problems.append(
                build_problem(
                    "topic too long",
                    "%(topic)s is longer than %(longest)s characters.",
                    topic=shorten_value(topic),
                    longest=MAX_TOPIC_LENGTH,
                )
            )
        elif not is_empty_value(topic) and any(map(str.isalnum, topic)):
            topics.setdefault(topic.casefold(), topic)
    return tuple(topics.values()), tuple(problems)


def _split_topics(value: Any) -> Iterator[str]:
    # An entry of a list is one topic, even with commas: "Food, Agriculture and Rural Affairs".
    texts = list(iterate_texts(value))
    if isinstance(value, str):
        max_length = cleaned_text.MAX_LENGTH
        whole_value = (
            value if "&" not in value else clean(value[:max_length])
        )  # an HTML entity also ends in a semicolon
        texts = _TOPIC_SEPARATOR.split(whole_value)
        if len(texts) == 1:
            texts = whole_value.split(",")
    for text in texts:
        yield clean(text).strip("#\"'[] ")
