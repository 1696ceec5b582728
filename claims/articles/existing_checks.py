"""Find statements of an article that were already checked: links to published claims, and repeats for an editor to
confirm.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from claims.articles.proposals import FoundClaim, Proposal
from claims.ledger.document.headline import choose_lead_verdict, find_label
from claims.matching.answers import Answer, Match, MatchTerms, match_published_texts
from claims.matching.repeat_detection import find_repeated_sentences, record_snapshot_repeats
from claims.models import Publication
from sources.models import Snapshot


@dataclass(frozen=True, slots=True)
class ExistingCheck:
    """A published claim related to a proposal.

    Attributes:
        kind: `same`, `related` or `contradicts`.
        rating: the rating in its publisher's words; empty if there is none.
    """

    claim: int
    statement: str
    address: str
    rating: str
    publisher: str
    kind: str
    confidence: float
    reasons: tuple[str, ...]


def find_existing_checks(snapshot: Snapshot, proposal: Proposal) -> dict[int, ExistingCheck]:
    """Return matching published claims by proposal id. Repeats are recorded for an editor.

    Only proposals are compared with published claims: comparing every sentence of a long article would take longer
    than the rest of its import.
    """
    proposals = [*proposal.created, *proposal.existing]
    answers = _match_proposals(proposals)
    _record_repeats(snapshot, answers, proposal.created)
    return _build_known_checks(proposals, answers)


def find_known_checks(proposals: Sequence[FoundClaim]) -> dict[int, ExistingCheck]:
    """Return the published claim related to each proposal, by the proposal's id."""
    return _build_known_checks(proposals, _match_proposals(proposals))


def _match_proposals(proposals: Sequence[FoundClaim]) -> list[Answer]:
    """Return the matches for each claim's words, with passages at their positions in the text."""
    words = [claim_found.anchor.exact for claim_found in proposals]
    answers = match_published_texts(words, MatchTerms(cut="text")) if words else []
    return [
        _shift_to_text(claim_found, answer) for claim_found, answer in zip(proposals, answers, strict=True)
    ]


def _build_known_checks(
    proposals: Sequence[FoundClaim], answers: Sequence[Answer]
) -> dict[int, ExistingCheck]:
    best = {
        claim_found.claim.pk: match
        for claim_found, answer in zip(proposals, answers, strict=True)
        if (match := _choose_best_match(claim_found, answer)) is not None
    }
    published = _load_publications(match.claim for match in best.values())
    return {
        pk: _build_existing_check(match, published[match.claim])
        for pk, match in best.items()
        if match.claim in published
    }


def _shift_to_text(claim_found: FoundClaim, answer: Answer) -> Answer:
    """Return the answer with its passages shifted from positions in the claim to positions in the text."""
    start = claim_found.anchor.start
    passages = [replace(one, start=start + one.start, end=start + one.end) for one in answer.passages]
    return replace(answer, passages=tuple(passages))


def _record_repeats(snapshot: Snapshot, answers: Sequence[Answer], created: Sequence[FoundClaim]) -> None:
    passages = tuple(passage for answer in answers for passage in answer.passages)
    repeats = find_repeated_sentences(Answer(passages, "", ""))
    proposals = {
        each.start: proposed_claim.claim.pk
        for each in repeats
        for proposed_claim in created
        if proposed_claim.anchor.start <= each.start < proposed_claim.anchor.end
    }
    record_snapshot_repeats(snapshot, repeats, proposals=proposals)


def _choose_best_match(claim_found: FoundClaim, answer: Answer) -> Match | None:
    matches = [
        match
        for passage in answer.passages
        for match in passage.matches[:1]
        if match.claim != claim_found.claim.pk
    ]
    return max(matches, key=lambda match: (match.kind == "same", match.confidence), default=None)


def _load_publications(claims: Iterable[int]) -> dict[int, Publication]:
    rows = Publication.objects.current().filter(claim_id__in=set(claims))
    return {row.claim_id: row for row in rows.only("claim_id", "slug", "language", "body")}


def _build_existing_check(match: Match, entry: Publication) -> ExistingCheck:
    document = entry.document
    verdict = choose_lead_verdict(document)
    return ExistingCheck(
        claim=match.claim,
        statement=document["statement"],
        address=document["url"],
        rating=find_label(document["language"], verdict["rating"]) if verdict else "",
        publisher=verdict["publisher"]["name"] if verdict else "",
        kind=match.kind,
        confidence=match.confidence,
        reasons=tuple(match.reasons),
    )
