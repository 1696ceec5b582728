"""Detect repeats of checked claims, for an editor to confirm."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F
from django.db.models.functions import Now

from claims.matching.answers import Answer, Match
from claims.models import Appearance, Publication, Repeat
from claims.models.anchored import MAX_QUOTE_LENGTH
from claims.quotes.anchors import make_anchor
from sources.models import Snapshot

#: The maximum number of readers' texts stored for a claim until they are reviewed. More variants of a sentence add
#: nothing.
READER_REPEAT_LIMIT = 200

NO_REPEATS: Mapping[int, int] = {}


@dataclass(frozen=True, slots=True)
class RepeatedSentence:
    """A sentence of a text that repeats a published claim."""

    start: int
    end: int
    match: Match


def find_repeated_sentences(answer: Answer) -> list[RepeatedSentence]:
    """Return the sentences that repeat a published claim, each with the first such claim."""
    same = [
        RepeatedSentence(passage.start, passage.end, match)
        for passage in answer.passages
        for match in passage.matches
        if match.kind == "same"
    ]
    published = set(
        Publication.objects.current()
        .filter(claim_id__in={found.match.claim for found in same})
        .values_list("claim_id", flat=True)
    )
    first: dict[int, RepeatedSentence] = {}
    for found in same:
        if found.match.claim in published:
            first.setdefault(found.start, found)
    return list(first.values())


def record_snapshot_repeats(
    snapshot: Snapshot,
    repeated_sentences: Sequence[RepeatedSentence],
    *,
    proposals: Mapping[int, int] = NO_REPEATS,
) -> None:
    """Record the sentences of a snapshot that repeat checked claims, except at positions recorded before.

    Args:
        proposals: the ids of claims proposed from the same words, by the start of the sentence.
    """
    recorded = _load_recorded_positions(snapshot, {each.match.claim for each in repeated_sentences})
    new = [each for each in repeated_sentences if not _is_among(each, recorded.get(each.match.claim, []))]
    Repeat.objects.bulk_create(
        [_build_repeat(snapshot, each, proposals.get(each.start)) for each in new], ignore_conflicts=True
    )


def _build_repeat(snapshot: Snapshot, repeated: RepeatedSentence, proposal: int | None) -> Repeat:
    anchor = make_anchor(snapshot.text, repeated.start, repeated.end)
    return Repeat(
        claim_id=repeated.match.claim,
        source_id=snapshot.source_id,
        snapshot=snapshot,
        exact=anchor.exact,
        prefix=anchor.prefix,
        suffix=anchor.suffix,
        start=anchor.start,
        end=anchor.end,
        proposal_id=proposal,
        origin=Repeat.Origin.ARTICLE,
        confidence=repeated.match.confidence,
        reasons=list(repeated.match.reasons),
    )


def _is_among(repeated: RepeatedSentence, places: Sequence[tuple[int, int]]) -> bool:
    return any(start < repeated.end and repeated.start < end for start, end in places)


def _load_recorded_positions(snapshot: Snapshot, claims: set[int]) -> dict[int, list[tuple[int, int]]]:
    """Return the recorded positions of these claims in the snapshot."""
    places: dict[int, list[tuple[int, int]]] = {}
    rows = Appearance.objects.filter(snapshot=snapshot, claim__in=claims, start__isnull=False)
    for claim, start, end in rows.values_list("claim_id", "start", "end"):
        places.setdefault(claim, []).append((start or 0, end or 0))
    return places


def record_reader_repeats(text: str, repeated_sentences: Iterable[RepeatedSentence]) -> None:
    """Record the sentences of a reader's text that repeat checked claims, without any data about the reader.

    A repetition of the same sentence is counted.
    """
    for each in repeated_sentences:
        exact = text[each.start : each.end][:MAX_QUOTE_LENGTH]
        earlier_repeats = Repeat.objects.filter(claim=each.match.claim, source=None, exact=exact)
        if earlier_repeats.update(times=F("times") + 1, last_seen_at=Now()):
            continue
        open_repeats = Repeat.objects.open().filter(claim=each.match.claim, origin=Repeat.Origin.READER)
        if open_repeats.count() >= READER_REPEAT_LIMIT:
            continue
        repeat = Repeat(
            claim_id=each.match.claim,
            exact=exact,
            origin=Repeat.Origin.READER,
            confidence=each.match.confidence,
            reasons=list(each.match.reasons),
        )
        Repeat.objects.bulk_create([repeat], ignore_conflicts=True)
