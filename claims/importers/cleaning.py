"""`Found` → what can be staged, in as many processes as there are processors.

What a record costs is the reading of its values. That needs no database, so other processes can do it.
"""

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import fields
from datetime import date
from itertools import islice
from multiprocessing import get_context
from typing import Any, NamedTuple

import orjson

from claims.importers.conventions import Conventions
from claims.importers.found import Found, Place, Refusal
from claims.importers.identity import digest, record_key
from claims.importers.reading import read_review
from claims.importers.review import Label, Outlet, Person, Remark, Review

#: How many records a process gets at a time: enough that handing them over costs little.
CHUNK = 500

Input = tuple[Found | Refusal, Conventions]


class Cleaned(NamedTuple):
    """A review that may be stored, as it waits for that: what it is known by, and all of it as JSON."""

    digest: str
    key: str | None
    statement: str
    review: str
    place: Place
    remarks: tuple[Remark, ...]
    found: Found | None
    """Where a value was left out: the record as it was found."""


def cleaned(records: Iterable[Input], *, processes: int = 0) -> Iterator[list[Cleaned | Refusal]]:
    """The records in their order, some at a time. A few are cleaned here; for many, other processes are started.

    Args:
        processes: how many; 0 for as many as there are processors.
    """
    source = iter(records)
    chunks = iter(lambda: list(islice(source, CHUNK)), [])
    first = next(chunks, [])
    if len(first) < CHUNK:
        yield _clean(first)
        return
    workers = processes or os.cpu_count() or 1
    # Neither threads nor connections of this process are taken along.
    with ProcessPoolExecutor(workers, get_context("forkserver")) as pool:
        waiting = deque([pool.submit(_clean, first)])
        try:
            for chunk in chunks:
                waiting.append(pool.submit(_clean, chunk))
                # No more than the processes need to be busy: what waits takes memory.
                if len(waiting) > 2 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            _cancel(waiting)


def restored(text: str) -> Review:
    """The review that `Cleaned.review` holds."""
    stored: dict[str, Any] = orjson.loads(text)
    place = Place(*stored["place"])
    return Review(
        **stored
        | {
            "place": place,
            "found": Found(place, stored["found"]),
            "publisher": Outlet(**stored["publisher"]) if stored["publisher"] else None,
            "rating": Label(**stored["rating"]) if stored["rating"] else None,
            "claimant": _person(stored["claimant"]),
            "claimed_on": _day(stored["claimed_on"]),
            "reviewed_on": _day(stored["reviewed_on"]),
            "appearances": tuple(stored["appearances"]),
            "topics": tuple(stored["topics"]),
            "remarks": (),
        }
    )


_STORED = [field.name for field in fields(Review) if field.name not in ("found", "remarks")]


def _clean(chunk: list[Input]) -> list[Cleaned | Refusal]:
    return [_cleaned(item, conventions) for item, conventions in chunk]


def _cleaned(item: Found | Refusal, conventions: Conventions) -> Cleaned | Refusal:
    if isinstance(item, Refusal):
        return item
    review = read_review(item, conventions)
    if isinstance(review, Refusal):
        return review
    stored = {name: getattr(review, name) for name in _STORED}
    stored |= {"place": list(review.place), "found": item.fields}
    return Cleaned(
        digest=digest(review),
        key=record_key(review),
        statement=review.statement,
        review=orjson.dumps(stored, option=orjson.OPT_NON_STR_KEYS).decode(),
        place=review.place,
        remarks=review.remarks,
        found=item if review.remarks else None,
    )


def _cancel(waiting: deque[Future[list[Cleaned | Refusal]]]) -> None:
    for future in waiting:
        future.cancel()


def _person(stored: dict[str, Any] | None) -> Person | None:
    return Person(**stored | {"same_as": tuple(stored["same_as"])}) if stored else None


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None
