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

#: The maximum number of readers' texts stored for a claim until they are reviewed. Further ones show nothing new.
READER_REPEAT_LIMIT = 200

NO_REPEATS: Mapping[int, int] = {}


@dataclass(frozen=True, slots=True)
class RepeatedSentence:
    """A sentence of a text that repeats a published claim."""

    start: int
    end: int
    match: Match


def find_repeated_sentences(result: Answer) -> list[RepeatedSentence]:
    """Return the sentences that repeat a published claim, each with the first claim that it repeats."""
    same_claims = [
        RepeatedSentence(passage.start, passage.end, match)
        for passage in result.passages
        for match in passage.matches
        if match.kind == "same"
    ]
    published_ids = set(
        Publication.objects.current()
        .filter(claim_id__in={repeated_sentence.match.claim for repeated_sentence in same_claims})
        .values_list("claim_id", flat=True)
    )
    first_repeats: dict[int, RepeatedSentence] = {}
    for repeated_sentence in same_claims:
        if repeated_sentence.match.claim in published_ids:
            first_repeats.setdefault(repeated_sentence.start, repeated_sentence)
    return list(first_repeats.values())


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
    recorded_positions = _load_recorded_positions(
        snapshot, {repeated_sentence.match.claim for repeated_sentence in repeated_sentences}
    )
    new_sentences = [
        repeated_sentence
        for repeated_sentence in repeated_sentences
        if not _is_among(repeated_sentence, recorded_positions.get(repeated_sentence.match.claim, []))
    ]
    Repeat.objects.bulk_create(
        [_build_repeat(snapshot, sentence, proposals.get(sentence.start)) for sentence in new_sentences],
        ignore_conflicts=True,
    )


def _build_repeat(snapshot: Snapshot, repeated_sentence: RepeatedSentence, proposal: int | None) -> Repeat:
    anchor = make_anchor(snapshot.text, repeated_sentence.start, repeated_sentence.end)
    return Repeat(
        claim_id=repeated_sentence.match.claim,
        source_id=snapshot.source_id,
        snapshot=snapshot,
        exact=anchor.exact,
        prefix=anchor.prefix,
        suffix=anchor.suffix,
        start=anchor.start,
        end=anchor.end,
        proposal_id=proposal,
        origin=Repeat.Origin.ARTICLE,
        confidence=repeated_sentence.match.confidence,
        reasons=list(repeated_sentence.match.reasons),
    )


def _is_among(repeated_sentence: RepeatedSentence, positions: Sequence[tuple[int, int]]) -> bool:
    return any(start < repeated_sentence.end and repeated_sentence.start < end for start, end in positions)


def _load_recorded_positions(snapshot: Snapshot, claims: set[int]) -> dict[int, list[tuple[int, int]]]:
    """Return the recorded positions of these claims in the snapshot."""
    positions: dict[int, list[tuple[int, int]]] = {}
    rows = Appearance.objects.filter(snapshot=snapshot, claim__in=claims, start__isnull=False)
    for claim, start, end in rows.values_list("claim_id", "start", "end"):
        positions.setdefault(claim, []).append((start or 0, end or 0))
    return positions


def record_reader_repeats(text: str, repeated_sentences: Iterable[RepeatedSentence]) -> None:
    """Record the sentences of a reader's text that repeat checked claims, without any data about the reader.

    A repetition of the same sentence is counted.
    """
    for sentence in repeated_sentences:
        sentence_text = text[sentence.start : sentence.end][:MAX_QUOTE_LENGTH]
        earlier_repeats = Repeat.objects.filter(claim=sentence.match.claim, source=None, exact=sentence_text)
        if earlier_repeats.update(times=F("times") + 1, last_seen_at=Now()):
            continue
        open_repeats = Repeat.objects.open().filter(claim=sentence.match.claim, origin=Repeat.Origin.READER)
        if open_repeats.count() >= READER_REPEAT_LIMIT:
            continue
        repeat = Repeat(
            claim_id=sentence.match.claim,
            exact=sentence_text,
            origin=Repeat.Origin.READER,
            confidence=sentence.match.confidence,
            reasons=list(sentence.match.reasons),
        )
        Repeat.objects.bulk_create([repeat], ignore_conflicts=True)
