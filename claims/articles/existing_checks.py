"""Find statements of an article that were already checked: links to published claims, and likely repeats."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from claims.articles.proposals import FoundClaim, Proposal
from claims.ledger.document.headline import choose_lead_verdict, find_label
from claims.matching.answers import Answer, Match, MatchOptions, match_published_texts
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
    """Return matching published claims, keyed by proposal id, and record repeats for an editor to confirm.

    Only proposals are compared with published claims: comparing every sentence of a long article would take longer
    than the rest of its import.
    """
    proposals = [*proposal.created, *proposal.existing]
    results = _match_proposals(proposals)
    _record_repeats(snapshot, results, proposal.created)
    return _build_known_checks(proposals, results)


def find_known_checks(proposals: Sequence[FoundClaim]) -> dict[int, ExistingCheck]:
    """Return matching published claims, keyed by proposal id, and record nothing."""
    return _build_known_checks(proposals, _match_proposals(proposals))


def _match_proposals(proposals: Sequence[FoundClaim]) -> list[Answer]:
    """Match the words of each proposal with published claims. Passages have their positions in the article."""
    statements = [proposal.anchor.exact for proposal in proposals]
    results = match_published_texts(statements, MatchOptions(cut="text")) if statements else []
    return [_shift_to_text(proposal, result) for proposal, result in zip(proposals, results, strict=True)]


def _build_known_checks(
    proposals: Sequence[FoundClaim], results: Sequence[Answer]
) -> dict[int, ExistingCheck]:
    best_matches = {
        found_claim.claim.pk: match
        for found_claim, result in zip(proposals, results, strict=True)
        if (match := _choose_best_match(found_claim, result)) is not None
    }
    entries_by_claim = _load_publications(match.claim for match in best_matches.values())
    return {
        pk: _build_existing_check(match, entries_by_claim[match.claim])
        for pk, match in best_matches.items()
        if match.claim in entries_by_claim
    }


def _shift_to_text(found_claim: FoundClaim, result: Answer) -> Answer:
    """Return the answer with its passages shifted from positions in the claim to positions in the text."""
    start = found_claim.anchor.start
    passages = [
        replace(passage, start=start + passage.start, end=start + passage.end) for passage in result.passages
    ]
    return replace(result, passages=tuple(passages))


def _record_repeats(
    snapshot: Snapshot, results: Sequence[Answer], created_claims: Sequence[FoundClaim]
) -> None:
    passages = tuple(passage for result in results for passage in result.passages)
    repeats = find_repeated_sentences(Answer(passages, "", ""))
    proposals = {
        repeated_sentence.start: proposed_claim.claim.pk
        for repeated_sentence in repeats
        for proposed_claim in created_claims
        if proposed_claim.anchor.start <= repeated_sentence.start < proposed_claim.anchor.end
    }
    record_snapshot_repeats(snapshot, repeats, proposals=proposals)


def _choose_best_match(found_claim: FoundClaim, result: Answer) -> Match | None:
    matches = [
        match
        for passage in result.passages
        for match in passage.matches[:1]
        if match.claim != found_claim.claim.pk
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
