"""By what a record is known again: all that it says, or the review that it is about, whatever it says of it."""

from dataclasses import fields
from hashlib import blake2b

import orjson

from claims.importers.review import Outlet, Person, Review
from sources.urls import url_key

#: What a record says, as opposed to where it stands.
_CONTENT = [field.name for field in fields(Review) if field.name not in ("place", "remarks", "found")]


def digest(review: Review) -> str:
    """The same for two records that say the same once their values are settled; a UUID."""
    return _uuid(orjson.dumps([getattr(review, name) for name in _CONTENT]))


def record_key(review: Review) -> str | None:
    """The same for two records of one review, or of several on one page, even when it was changed between them; a UUID.

    None for a record that has neither an address nor a number of its own: it is known only by what it says.
    """
    if review.publisher is None:
        return None
    if page := url_key(review.url):
        return _uuid(orjson.dumps(["page", outlet_key(review.publisher), page]))
    if review.id:
        return _uuid(orjson.dumps(["id", outlet_key(review.publisher), review.id]))
    return None


def outlet_key(outlet: Outlet) -> str:
    """By what a publisher is told from others: its domain or, where that is not known, its name."""
    return outlet.domain or outlet.name.casefold()


def name_key(person: Person | None) -> str:
    """By what the same claimant is known again: the name, whatever its case; "" where nobody is named."""
    return " ".join(person.name.casefold().split()) if person else ""


def _uuid(content: bytes) -> str:
    return blake2b(content, digest_size=16).hexdigest()
