"""The keys of a record: the digest of its content, and the keys of its review, publisher and claimant."""

from hashlib import blake2b
from typing import Any, Final

import orjson

from claims.imports.reading.review_record import Outlet, Person, Review
from claims.quotes.statements import normalise_statement
from sources.addresses import build_url_key

#: The content of a record, without its position and the values left out.
CONTENT_FIELDS: Final = slice(Review._fields.index("statement"), Review._fields.index("media"))
#: The media fields, which count only if they are not empty, so that other records keep their keys.
MEDIA_FIELDS: Final = slice(Review._fields.index("media"), Review._fields.index("remarks"))


def digest_content(review: Review) -> bytes:
    """Return the content of a record as JSON: a list in field order."""
    content = tuple(review)
    has_media = any(content[MEDIA_FIELDS])
    return orjson.dumps(
        content[CONTENT_FIELDS] + content[MEDIA_FIELDS] if has_media else content[CONTENT_FIELDS],
        default=_name_values,
    )


def digest(content: bytes) -> str:
    """Return a UUID that is the same for all records with the same content."""
    return blake2b(content, digest_size=16).hexdigest()


def build_record_key(review: Review) -> str | None:
    """Return a UUID that is the same for all records of one review: publisher, page and statement.

    The page alone is not enough, because it may contain reviews of several claims. Return None for a record without a
    URL.
    """
    if review.publisher is None or not (page := build_url_key(review.url)):
        return None
    return digest(
        orjson.dumps(
            ["review", build_outlet_key(review.publisher), page, normalise_statement(review.statement)]
        )
    )


def build_number_key(review: Review) -> str | None:
    """Return a UUID that is the same for all records with the same publisher and the same number in the file.

    Different files may use the same numbers, so `claims.imports.storing` checks whether the records are one review.
    """
    if review.publisher is None or not review.id:
        return None
    return digest(orjson.dumps(["number", build_outlet_key(review.publisher), review.id]))


def build_outlet_key(outlet: Outlet) -> str:
    """Return the key of a publisher, from both its name and its host, because two publishers may share either."""
    return f"{outlet.name.casefold()} {outlet.domain}"


def build_name_key(person: Person | None) -> str:
    """Return the key of a claimant: the name, ignoring case; "" if there is none."""
    return " ".join(person.name.casefold().split()) if person else ""


def _name_values(values: Any) -> dict[str, Any]:
    """Return the values of a named tuple by field name, as digests need them."""
    fields: dict[str, Any] = values._asdict()
    return fields
