"""Turn records (`RawRecord`) into rows for staging, with the keys that identify them, in one process per processor.

Interpreting values takes most of the time and needs no database, so other processes do it. They write each record as a
line of PostgreSQL's COPY, which the main process passes on without parsing.
"""

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import date
from hashlib import blake2b
from itertools import islice
from math import isfinite
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import Any, Final, NamedTuple

import orjson

from claims.imports.reading.interpretation import read_review
from claims.imports.reading.mappings.conventions import Conventions
from claims.imports.reading.raw_record import RawRecord, RecordLocation, Refusal
from claims.imports.reading.review_record import Label, Outlet, Person, Remark, Review
from claims.search.texts import normalise_statement
from sources.addresses import build_url_key

#: The number of records that a process gets at a time. Larger batches would not save much time.
CHUNK_SIZE = 500

#: The parts of a line: the record's keys, its statement, the review, and the original fields.
COLUMNS: Final = ("digest", "key", "number_key", "statement", "review", "found")

_NULL: Final = "\\N"

#: The content of a record, without its position and the values left out.
_CONTENT_FIELDS: Final = slice(Review._fields.index("statement"), Review._fields.index("media"))
#: The media fields, which count only if they are not empty, so that other records keep their keys.
_MEDIA_FIELDS: Final = slice(Review._fields.index("media"), Review._fields.index("remarks"))

RecordInput = tuple[RawRecord | Refusal, Conventions]


class CleanedBatch(NamedTuple):
    """A batch of cleaned records, as lines for COPY, with their problems."""

    record_count: int
    """The number of records in the batch."""
    lines: bytes
    """The usable records, packed for staging (`pack_review()`)."""
    incomplete_records: list[tuple[RawRecord, tuple[Remark, ...]]]
    """The original records from which values were left out, with the remarks on these."""
    refusals: list[Refusal]


def clean_in_processes(records: Iterable[RecordInput], *, processes: int = 0) -> Iterator[CleanedBatch]:
    """Clean records in order, in batches. If there are many records, several processes share the work.

    Args:
        processes: the number of processes; 0 for one per processor.
    """
    source = iter(records)
    chunks = iter(lambda: list(islice(source, CHUNK_SIZE)), [])
    first_chunk = next(chunks, [])
    if len(first_chunk) < CHUNK_SIZE:
        yield _clean_chunk(first_chunk)
        return
    workers = processes or os.cpu_count() or 1
    # Forked processes inherit no threads or connections. Shared data are loaded once before the fork.
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    with ProcessPoolExecutor(workers, context, initializer=_end_with_parent) as pool:
        futures = deque([pool.submit(_clean_chunk, first_chunk)])
        try:
            for chunk in chunks:
                futures.append(pool.submit(_clean_chunk, chunk))
                # Only enough to keep the processes busy, because waiting batches use memory.
                if len(futures) > 2 * workers:
                    yield futures.popleft().result()
            while futures:
                yield futures.popleft().result()
        finally:
            _cancel(futures)


def _clean_chunk(chunk: list[RecordInput]) -> CleanedBatch:
    lines: list[bytes] = []
    incomplete_records: list[tuple[RawRecord, tuple[Remark, ...]]] = []
    refusals: list[Refusal] = []
    for item, conventions in chunk:
        if isinstance(item, Refusal):
            refusals.append(item)
            continue
        review = read_review(item, conventions)
        if isinstance(review, Refusal):
            refusals.append(review)
            continue
        lines.append(pack_review(review, item))
        if review.remarks:
            incomplete_records.append((item, review.remarks))
    return CleanedBatch(len(chunk), b"".join(lines), incomplete_records, refusals)


def _end_with_parent() -> None:
    """End this process when its parent ends, even if the parent is killed."""
    Thread(target=_wait_for_parent, name="end-with-parent", daemon=True).start()


def _wait_for_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()  # the other end of this pipe closes when the parent ends
        os._exit(1)


def _cancel(futures: deque[Future[CleanedBatch]]) -> None:
    for future in futures:
        future.cancel()


def pack_review(review: Review, record: RawRecord) -> bytes:
    """Return the review as a line for COPY. JSON escapes line breaks, so only backslashes need escaping."""
    content = _build_content(review)
    texts = b"%b\t[%b,%b]\t%b\n" % (
        review.statement.encode(),
        orjson.dumps(tuple(review.location)),
        content,
        _serialise_fields(record),
    )
    keys = f"{_compute_digest(content)}\t{_build_record_key(review) or _NULL}\t{_build_number_key(review) or _NULL}\t"
    return keys.encode() + texts.replace(b"\\", b"\\\\")


def _build_content(review: Review) -> bytes:
    """Return the content of a record as JSON: a list in field order."""
    content = tuple(review)
    has_media = any(content[_MEDIA_FIELDS])
    return orjson.dumps(
        content[_CONTENT_FIELDS] + content[_MEDIA_FIELDS] if has_media else content[_CONTENT_FIELDS],
        default=lambda named_tuple: named_tuple._asdict(),
    )


def _compute_digest(content: bytes) -> str:
    """Return a UUID that is the same for all records with the same content."""
    return blake2b(content, digest_size=16).hexdigest()


def _build_record_key(review: Review) -> str | None:
    """Return a UUID that is the same for all records of one review, from its publisher, page and statement.

    The page alone is not enough, because it may contain reviews of several claims. Return None for a record without a
    URL.
    """
    if review.publisher is None or not (page := build_url_key(review.url)):
        return None
    return _compute_digest(
        orjson.dumps(
            ["review", build_outlet_key(review.publisher), page, normalise_statement(review.statement)]
        )
    )


def _build_number_key(review: Review) -> str | None:
    """Return a UUID that is the same for all records with the same publisher and the same number in the file.

    Files may use the same numbers, so `claims.imports.storing` checks whether records with equal keys are one review.
    """
    if review.publisher is None or not review.id:
        return None
    return _compute_digest(orjson.dumps(["number", build_outlet_key(review.publisher), review.id]))


def build_outlet_key(outlet: Outlet) -> str:
    """Return a key built from the name and the host of a publisher, because two publishers may share one of them."""
    return f"{outlet.name.casefold()} {outlet.domain}"


def unpack_review(text: str) -> Review:
    """Parse a packed review. Its remarks are stored separately."""
    location, (
        statement, language, publisher, rating, claimant, claimed_on, context, appearances, topics,
        number, url, title, summary, byline, reviewed_on, review_language, *media_values,
    ) = orjson.loads(text)  # fmt: skip
    return Review(
        RecordLocation(*location),
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
        *_build_media(*media_values),
    )


def _build_media(
    media: list[str] | None = None, kind: str = "", category: str = "", context: str = "", url: str = ""
) -> tuple[tuple[str, ...], str, str, str, str]:
    return tuple(media or ()), kind, category, context, url


def unpack_location(text: str) -> RecordLocation:
    """Return the position of a review in the input from its packed line."""
    location, _review = orjson.loads(text)
    return RecordLocation(*location)


def _serialise_fields(record: RawRecord) -> bytes:
    try:
        return orjson.dumps(record.fields)
    except TypeError:  # unpaired surrogates, and integers that are too large
        return orjson.dumps(to_plain_json(dict(record.fields)))


def _build_person(values: dict[str, Any]) -> Person:
    values["same_as"] = tuple(values["same_as"])
    return Person(**values)


#: Real records are never nested so deeply, and JSON parsers have their own limits.
MAX_DEPTH: Final = 100
_INTEGERS: Final = range(-(2**63), 2**64)


def to_plain_json(value: Any, depth: int = 0) -> Any:
    """Return the value without parts that JSON or PostgreSQL cannot store, cut off at the maximum depth."""
    if isinstance(value, str):
        return to_plain_text(value)
    if isinstance(value, bytes):
        return to_plain_text(value[:2000].decode(errors="replace"))
    if isinstance(value, dict | list | tuple):
        if depth == MAX_DEPTH:
            return "…"
        if isinstance(value, dict):
            return {to_plain_text(str(key)): to_plain_json(item, depth + 1) for key, item in value.items()}
        return [to_plain_json(item, depth + 1) for item in value]
    if isinstance(value, float):
        return value if isfinite(value) else str(value)
    if isinstance(value, int):
        return value if value in _INTEGERS else str(value)
    return value if value is None else str(value)


def to_plain_text(text: str) -> str:
    """Return a text without null characters and unpaired surrogates."""
    if "\0" in text:
        text = text.replace("\0", "\N{SYMBOL FOR NULL}")
    return text if text.isascii() else text.encode(errors="replace").decode()
