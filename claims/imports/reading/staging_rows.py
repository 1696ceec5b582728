"""Reviews as lines of PostgreSQL's COPY, and back.

The reading process writes each record as a line of text, which other processes pass on without parsing it.
"""

from datetime import date
from typing import Any, Final

import orjson

from claims.imports.reading.formats.plain_json import to_plain_json
from claims.imports.reading.identity import build_number_key, build_record_key, digest, digest_content
from claims.imports.reading.raw_record import RawRecord, RecordPlace
from claims.imports.reading.review_record import Label, Outlet, Person, Review

#: What stands in a line: what the record is known by, its statement, the review, and the fields as they were found.
COLUMNS: Final = ("digest", "key", "number_key", "statement", "review", "found")

_NULL: Final = "\\N"


def pack_review(review: Review, found: RawRecord) -> bytes:
    """Return the COPY line. JSON escapes line breaks, so only backslashes need escaping."""
    content = digest_content(review)
    texts = b"%b\t[%b,%b]\t%b\n" % (
        review.statement.encode(),
        orjson.dumps(tuple(review.place)),
        content,
        _serialise_fields(found),
    )
    known_by = (
        f"{digest(content)}\t{build_record_key(review) or _NULL}\t{build_number_key(review) or _NULL}\t"
    )
    return known_by.encode() + texts.replace(b"\\", b"\\\\")


def unpack_review(text: str) -> Review:
    """Read back a packed review. Its remarks are stored separately."""
    place, (
        statement, language, publisher, rating, claimant, claimed_on, context, appearances, topics,
        number, url, title, summary, byline, reviewed_on, review_language, *of_media,
    ) = orjson.loads(text)  # fmt: skip
    return Review(
        RecordPlace(*place),
        statement,
        language,
        Outlet(**publisher) if publisher else None,
        Label(**rating) if rating else None,
        _build_person(claimant) if claimant else None,
        date.fromisoformat(claimed_on) if claimed_on else None,
        context,
        tuple(appearances),
        tuple(topics),
        number,
        url,
        title,
        summary,
        byline,
        date.fromisoformat(reviewed_on) if reviewed_on else None,
        review_language,
        *_build_media(*of_media),
    )


def _build_media(
    media: list[str] | None = None, kind: str = "", category: str = "", context: str = "", url: str = ""
) -> tuple[tuple[str, ...], str, str, str, str]:
    return tuple(media or ()), kind, category, context, url


def unpack_place(text: str) -> RecordPlace:
    """Return the position of the review in the input, from its line."""
    place, _review = orjson.loads(text)
    return RecordPlace(*place)


def _serialise_fields(found: RawRecord) -> bytes:
    try:
        return orjson.dumps(found.fields)
    except TypeError:  # half a character, a number of forty digits
        return orjson.dumps(to_plain_json(dict(found.fields)))


def _build_person(stored: dict[str, Any]) -> Person:
    stored["same_as"] = tuple(stored["same_as"])
    return Person(**stored)
