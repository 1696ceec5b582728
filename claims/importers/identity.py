"""By what a record is known again: all that it says, or the review that it is about, whatever it says of it."""

from hashlib import blake2b
from typing import Any, Final

import orjson

from claims.importers.review import Outlet, Person, Review
from sources.urls import url_key

#: What a record says, as opposed to where it stands and what was left out of it.
SAID: Final = slice(Review._fields.index("statement"), Review._fields.index("remarks"))


def said(review: Review) -> bytes:
    """What a record says once its values are settled, as JSON: a list in the order of the fields."""
    return orjson.dumps(review[SAID], default=_by_name)


def digest(content: bytes) -> str:
    """The same for what two records say that say the same; a UUID."""
    return blake2b(content, digest_size=16).hexdigest()


def record_key(review: Review) -> str | None:
    """The same for two records of one review, or of several on one page, even when it was changed between them; a UUID.

    None for a record that has neither an address nor a number of its own: it is known only by what it says.
    """
    if review.publisher is None:
        return None
    if page := url_key(review.url):
        return digest(orjson.dumps(["page", outlet_key(review.publisher), page]))
    if review.id:
        return digest(orjson.dumps(["id", outlet_key(review.publisher), review.id]))
    return None


def outlet_key(outlet: Outlet) -> str:
    """By what a publisher is told from others: its name and host, because several may share either."""
    return f"{outlet.name.casefold()} {outlet.domain}"


def name_key(person: Person | None) -> str:
    """By what the same claimant is known again: the name, whatever its case; "" where nobody is named."""
    return " ".join(person.name.casefold().split()) if person else ""


def _by_name(part: Any) -> dict[str, Any]:
    """A part of a review with the names of its fields, as digests have always had it."""
    fields: dict[str, Any] = part._asdict()
    return fields
