"""The ledger and everything it mentions, as lines of the lossless format.

Mutable data (names, addresses, merges) is written first, in one go. All later data is immutable, so an interrupted
export continues with the same bytes.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import F, Func, Q, QuerySet

from claims.exports import lines
from claims.exports.selection import Selection
from claims.models import (
    Appearance,
    Claim,
    Claimant,
    ClaimMedia,
    Publication,
    Rating,
    RatingScale,
    Topic,
    Verdict,
)
from sources.models import MediaHash, MediaObject, Publisher, Snapshot, Source

#: The number of entries read at a time.
_BATCH_SIZE = 500

#: The reference to a snapshot in a body. A text cannot match: it would have backslashes before the quotation marks.
_SNAPSHOT_PATTERN = re.compile(rb'"snapshot":\{"id":(\d+)')


class IdSet:
    """A set of ids that needs one bit per id."""

    _BITS = 1 << 16

    def __init__(self) -> None:
        self._pages: dict[int, bytearray] = {}

    def add(self, number: int) -> bool:
        """Add an id and return whether it is new."""
        page_number, bit_index = divmod(number, self._BITS)
        page = self._pages.setdefault(page_number, bytearray(self._BITS // 8))
        byte, bit = bit_index >> 3, 1 << (bit_index & 7)
        is_new = not page[byte] & bit
        page[byte] |= bit
        return is_new


def write_mentioned_rows(selection: Selection) -> Iterator[bytes]:
    """Yield a line for every row that the entries mention, and for the rows of merged claims."""
    rows = dict(
        zip((kind.model for kind in lines.ROW_KINDS), _find_mentioned_rows(selection.entries), strict=True)
    )
    for kind in lines.ROW_KINDS:
        for values in rows[kind.model].order_by("pk").values_list("pk", *kind.columns).iterator():
            yield kind.format_line(values)
    yield from _write_merged_claims(selection)


def write_entries(
    selection: Selection, *, last_sequence: int = 0, seen_ids: IdSet | None = None
) -> Iterator[tuple[int, bytes]]:
    """Yield the number and line of each entry. A snapshot's line comes before the first entry that quotes it.

    Args:
        last_sequence: begin after the entry with this number.
        seen_ids: the snapshots that already have a line.
    """
    seen_ids = seen_ids or IdSet()
    for rows in _iterate_entry_batches(selection.entries.filter(sequence__gt=last_sequence)):
        bodies = [values[-1].encode() for values in rows]
        quoted_snapshots = [_find_new_snapshots(body, seen_ids) for body in bodies]
        texts = _load_snapshot_lines(number for numbers in quoted_snapshots for number in numbers)
        for (pk, sequence, *values, _body), body, numbers in zip(rows, bodies, quoted_snapshots, strict=True):
            snapshot_lines = b"".join(texts[number] for number in numbers)
            yield sequence, snapshot_lines + lines.build_entry((pk, sequence, *values), body)


def find_snapshots(lines: Iterable[bytes]) -> IdSet:
    """Return the snapshots that already have a line in a file."""
    seen_ids = IdSet()
    for line in lines:
        if match := re.match(rb'\{"type":"snapshot","id":(\d+)', line):
            seen_ids.add(int(match[1]))
    return seen_ids


# Mentioned rows -------------------------------------------------------------------------------------------------------


def _find_mentioned_rows(entries: QuerySet[Publication]) -> list[QuerySet[Any]]:
    """Return the rows that the entries mention and that still exist, in the order of `lines.ROW_KINDS`.

    Also return the newsroom's own publisher and current scales, which publishing needs, and all rows that the mentioned
    rows refer to.
    """
    entries = entries.order_by()
    ratings = Rating.objects.filter(
        Q(pk__in=_select_each(entries, "rating_ids")) | Q(scale__publisher__is_house=True, scale__in_use=True)
    )
    scales_in_use = Q(publisher__is_house=True, in_use=True)
    scales = RatingScale.objects.filter(Q(pk__in=ratings.values("scale")) | scales_in_use)
    sources = Source.objects.filter(pk__in=_select_each(entries, "source_ids"))
    publishers = Publisher.objects.filter(
        Q(is_house=True)
        | Q(pk__in=_select_each(entries, "publisher_ids"))
        | Q(pk__in=scales.values("publisher"))
        | Q(pk__in=sources.filter(publisher__isnull=False).values("publisher"))
    )
    claimants = Claimant.objects.filter(
        pk__in=entries.filter(claimant_id__isnull=False).values("claimant_id")
    )
    media = MediaObject.objects.filter(pk__in=_select_each(entries, "media_ids"))
    hashes = MediaHash.objects.filter(media__in=media.values("pk"))
    return [publishers, claimants, _find_topics(entries), scales, ratings, sources, media, hashes]


def _select_each(entries: QuerySet[Publication], column: str) -> Any:
    return entries.annotate(each=Func(F(column), function="unnest")).values("each").distinct()


def _find_topics(entries: QuerySet[Publication]) -> QuerySet[Topic]:
    """Return the topics mentioned, with all their parent topics."""
    topic_ids: set[int] = set()
    new_ids = set(_select_each(entries, "topic_ids").values_list("each", flat=True))
    while new_ids:
        topic_ids |= new_ids
        parents = Topic.objects.filter(pk__in=new_ids, parent__isnull=False)
        new_ids = set(parents.values_list("parent", flat=True)) - topic_ids
    return Topic.objects.filter(pk__in=topic_ids)


def _write_merged_claims(selection: Selection) -> Iterator[bytes]:
    """Yield a line for each merged claim with the ids of its parts, because entries do not say whose they were."""
    merged_claims = Claim.objects.filter(
        state=Claim.State.MERGED, merged_into__in=selection.entries.order_by().values("claim")
    )
    for batch in _iterate_batches(merged_claims.order_by("pk").values_list("pk", "merged_into"), _BATCH_SIZE):
        ids = [pk for pk, _target in batch]
        appearances = _group_by_claim(Appearance.objects.filter(claim__in=ids))
        media = _group_by_claim(ClaimMedia.objects.filter(claim__in=ids), "media")
        verdicts = _group_by_claim(Verdict.objects.filter(claim__in=ids, state=Verdict.State.PUBLISHED))
        for pk, target in batch:
            yield lines.build_merged_claim(
                pk,
                target=target,
                appearances=appearances.get(pk, []),
                verdicts=verdicts.get(pk, []),
                media=media.get(pk, []),
            )


def _group_by_claim(rows: QuerySet[Any], column: str = "pk") -> dict[int, list[int]]:
    ids_by_claim: dict[int, list[int]] = {}
    for claim, pk in rows.order_by("pk").values_list("claim", column):
        ids_by_claim.setdefault(claim, []).append(pk)
    return ids_by_claim


# Entries --------------------------------------------------------------------------------------------------------------


def _iterate_entry_batches(entries: QuerySet[Publication]) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the columns of these entries in batches, so that other queries can run in between."""
    return _iterate_batches(entries.values_list(*lines.ENTRY_COLUMNS), _BATCH_SIZE)


def _iterate_batches(rows: QuerySet[Any, Any], size: int) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for row in rows.iterator(chunk_size=size):
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _find_new_snapshots(body: bytes, seen_ids: IdSet) -> list[int]:
    """Return the ids of the snapshots that this body quotes and earlier bodies do not."""
    return [
        number
        for number in sorted({int(match) for match in _SNAPSHOT_PATTERN.findall(body)})
        if seen_ids.add(number)
    ]


def _load_snapshot_lines(numbers: Iterator[int]) -> dict[int, bytes]:
    rows = Snapshot.objects.filter(pk__in=list(numbers)).values_list("pk", *lines.SNAPSHOT_KIND.columns)
    return {values[0]: lines.SNAPSHOT_KIND.format_line(values) for values in rows.iterator()}
