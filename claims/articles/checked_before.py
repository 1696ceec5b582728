"""What of an article was checked already: proposals beside a published claim, and repeats that an editor confirms."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from claims.articles.proposals import FoundClaim, Proposal
from claims.ledger.document.headline import label_in, lead_verdict
from claims.matching.answers import Answer, AnsweredPassage, Match, Terms, answered
from claims.matching.seen_again import note_in_snapshot, said_again
from claims.models import Publication
from claims.quotes.anchors import Anchor
from sources.models import Snapshot


@dataclass(frozen=True, slots=True)
class CheckedBefore:
    """A published claim that a proposal has to do with.

    Attributes:
        kind: `same`, `related` or `contradicts`.
        rating: as the publisher of its verdict put it; empty where it gave none.
    """

    claim: int
    statement: str
    address: str
    rating: str
    publisher: str
    kind: str
    confidence: float
    reasons: tuple[str, ...]


def checked_before(snapshot: Snapshot, proposal: Proposal) -> dict[int, CheckedBefore]:
    """By the id of the proposal: what was published of it already. What is said again is noted for an editor."""
    answer = answered(snapshot.text, Terms(cut="sentences"))
    _note(snapshot, answer, proposal.created)
    return _known(answer, (*proposal.created, *proposal.existing))


def known_checks(snapshot: Snapshot, proposals: Sequence[FoundClaim]) -> dict[int, CheckedBefore]:
    """Return the published claim that each proposal repeats or contradicts, by the proposal's id."""
    return _known(answered(snapshot.text, Terms(cut="sentences")), proposals) if proposals else {}


def _known(answer: Answer, proposals: Iterable[FoundClaim]) -> dict[int, CheckedBefore]:
    best = {
        found.claim.pk: match for found in proposals if (match := _best(found, answer.passages)) is not None
    }
    published = _published(match.claim for match in best.values())
    return {
        pk: _told(match, published[match.claim]) for pk, match in best.items() if match.claim in published
    }


def _note(snapshot: Snapshot, answer: Answer, created: Sequence[FoundClaim]) -> None:
    found = said_again(answer)
    proposals = {
        each.start: proposed.claim.pk
        for each in found
        for proposed in created
        if _overlaps(proposed.anchor, each.start, each.end)
    }
    note_in_snapshot(snapshot, found, proposals=proposals)


def _best(found: FoundClaim, passages: Iterable[AnsweredPassage]) -> Match | None:
    """The first match of the sentence that most of the claim's words stand in."""
    near = [passage for passage in passages if _overlaps(found.anchor, passage.start, passage.end)]
    matches = [match for passage in near for match in passage.matches[:1] if match.claim != found.claim.pk]
    return max(matches, key=lambda match: (match.kind == "same", match.confidence), default=None)


def _overlaps(anchor: Anchor, start: int, end: int) -> bool:
    """Whether at least half of the shorter one is in the other."""
    shared = min(anchor.end, end) - max(anchor.start, start)
    return shared > 0 and 2 * shared >= min(anchor.end - anchor.start, end - start)


def _published(claims: Iterable[int]) -> dict[int, Publication]:
    rows = Publication.objects.current().filter(claim_id__in=set(claims))
    return {row.claim_id: row for row in rows.only("claim_id", "slug", "language", "body")}


def _told(match: Match, entry: Publication) -> CheckedBefore:
    document = entry.document
    verdict = lead_verdict(document)
    return CheckedBefore(
        claim=match.claim,
        statement=document["statement"],
        address=document["url"],
        rating=label_in(document["language"], verdict["rating"]) if verdict else "",
        publisher=verdict["publisher"]["name"] if verdict else "",
        kind=match.kind,
        confidence=match.confidence,
        reasons=tuple(match.reasons),
    )
