"""Propose the statements of a snapshot as claims for triage, each at its position in the text.

Every statement is listed, in three bands. Statements in the first two bands become claims; statements in the third stay
in the list until an editor proposes them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction

from claims.articles.bounded_detection import SearchedText, search_text
from claims.articles.detection import CandidateSentence, CheckBand, Reason, choose_band
from claims.models import Appearance, Claim, Claimant
from claims.models.claim import MAX_STATEMENT_LENGTH
from claims.newsroom.named_claimants import get_or_create_claimants
from claims.newsroom.signals import claims_added
from claims.quotes.anchors import Anchor
from claims.quotes.changed_sources import AnchorOutcome, Reanchoring
from factcheck.database.bounds import is_today_or_earlier
from sources.models import Snapshot, Source

#: BCP 47's tag for "undetermined", if neither source nor snapshot has a language.
UNDETERMINED = "und"


@dataclass(frozen=True, slots=True)
class FoundClaim:
    """A check-worthy passage of the snapshot, and its claim."""

    claim: Claim
    anchor: Anchor
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """The result for a text: new claims, existing claims, and the outcomes for appearances anchored earlier.

    `also_stated` holds statements of the third band that are not claims yet, best first. `failure` is a sentence that
    explains why the text could not be searched for claims.
    """

    created: list[FoundClaim]
    existing: list[FoundClaim]
    also_stated: list[CandidateSentence]
    held: list[AnchorOutcome]
    moved: list[AnchorOutcome]
    orphaned: list[AnchorOutcome]
    failure: str = ""


def propose_claims(
    snapshot: Snapshot,
    *,
    include_all: bool = False,
    by: User | None = None,
    reanchoring: Reanchoring | None = None,
    searched_text: SearchedText | None = None,
) -> Proposal:
    """Propose the statements of a snapshot as claims, each with its appearances.

    An appearance is created for every position at which the statement's words occur. Positions at which a claim of this
    source is already anchored, in any state, are skipped, and so are statements that are already claims of this source.
    Importing the same text twice therefore duplicates no claim.

    Args:
        include_all: propose the third band too.
        reanchoring: the outcome for each of the source's appearances when this snapshot was stored, for the report.
        searched_text: the result of `search_text()`, called before the transaction began. The text is searched again
            if the source has a different language.
    """
    reanchoring = reanchoring or Reanchoring()
    language = _get_language(snapshot)
    if searched_text is None or (searched_text.text, searched_text.language) != (snapshot.text, language):
        # The search may take long, so nothing is locked yet.
        searched_text = search_text(snapshot.text, language)
    if searched_text.failure is not None:
        return Proposal(
            [],
            [],
            [],
            reanchoring.held,
            reanchoring.moved,
            reanchoring.orphaned,
            failure=searched_text.failure.sentence,
        )
    with transaction.atomic():
        source = Source.objects.select_for_update().get(pk=snapshot.source_id)
        known_claims = _KnownClaims(source, snapshot)
        existing_claims: list[FoundClaim] = []
        also_stated: list[CandidateSentence] = []
        groups: dict[tuple[str, str], list[CandidateSentence]] = {}
        for candidate in _select_statements(searched_text):
            if claim := known_claims.find_claim(candidate):
                existing_claims.append(
                    FoundClaim(claim, known_claims.get_anchor(candidate), candidate.reasons)
                )
            elif choose_band(candidate.score) == CheckBand.ALSO_STATED and not include_all:
                also_stated.append(candidate)
            else:
                wording = _normalise_wording(candidate.statement), (candidate.claimant or "").lower()
                groups.setdefault(wording, []).append(candidate)
        created_claims = _create_claims(snapshot, source, language, list(groups.values()), by)
        claims_added.send(None, claims=[found_claim.claim.pk for found_claim in created_claims])
    also_stated.sort(key=lambda candidate: -candidate.score)
    return Proposal(
        created_claims,
        existing_claims,
        also_stated,
        reanchoring.held,
        reanchoring.moved,
        reanchoring.orphaned,
    )


def _get_language(snapshot: Snapshot) -> str:
    return snapshot.source.language or snapshot.language or UNDETERMINED


def find_unproposed_statements(snapshot: Snapshot) -> list[CandidateSentence]:
    """Return the statements of a text that are not claims yet, best first; none if the search fails."""
    searched_text = search_text(snapshot.text, _get_language(snapshot))
    claims = _KnownClaims(snapshot.source, snapshot)
    return sorted(
        (statement for statement in _select_statements(searched_text) if not claims.find_claim(statement)),
        key=lambda candidate: -candidate.score,
    )


def _select_statements(searched_text: SearchedText) -> list[CandidateSentence]:
    # A text without a full stop is not a statement.
    return [
        candidate for candidate in searched_text.sentences if len(candidate.statement) <= MAX_STATEMENT_LENGTH
    ]


class _KnownClaims:
    """The claims that a source already has, by position in this snapshot and by wording."""

    def __init__(self, source: Source, snapshot: Snapshot) -> None:
        appearances = source.appearances.select_related("claim__claimant").order_by("pk")
        self._appearances_here = [
            row for row in appearances if row.snapshot_id == snapshot.pk and row.start is not None
        ]
        self._claims: dict[str, Claim] = {}
        for row in appearances:
            for words in filter(
                None, (_normalise_wording(row.exact), _normalise_wording(row.claim.statement))
            ):
                self._claims.setdefault(words, row.claim)

    def find_claim(self, candidate: CandidateSentence) -> Claim | None:
        if appearance := self._find_known(candidate):
            return appearance.claim
        return self._claims.get(_normalise_wording(candidate.exact)) or self._claims.get(
            _normalise_wording(candidate.statement)
        )

    def get_anchor(self, candidate: CandidateSentence) -> Anchor:
        """Return the anchor of the known appearance at this position or, if there is none, of the candidate itself."""
        appearance = self._find_known(candidate) or candidate
        return Anchor(
            appearance.exact, appearance.prefix, appearance.suffix, appearance.start or 0, appearance.end or 0
        )

    def _find_known(self, candidate: CandidateSentence) -> Appearance | None:
        """Return the appearance that overlaps the candidate most; an editor may have changed the appearance's span."""
        shared_places = [
            (min(row.end or 0, candidate.end) - max(row.start or 0, candidate.start), row)
            for row in self._appearances_here
        ]
        largest_overlap, row = max(shared_places, key=lambda pair: pair[0], default=(0, None))
        return row if largest_overlap > 0 else None


def _create_claims(
    snapshot: Snapshot, source: Source, language: str, groups: list[list[CandidateSentence]], by: User | None
) -> list[FoundClaim]:
    claimants = get_or_create_claimants(
        _collect_claimants(candidate for group in groups for candidate in group)
    )
    claims = Claim.objects.bulk_create(
        _build_claim(group[0], claimants.get(group[0].claimant or ""), source, language, by)
        for group in groups
    )
    Appearance.objects.bulk_create(
        Appearance(
            claim=claim,
            source=source,
            snapshot=snapshot,
            exact=candidate.exact,
            prefix=candidate.prefix,
            suffix=candidate.suffix,
            start=candidate.start,
            end=candidate.end,
            anchor=Appearance.Anchor.ANCHORED,
        )
        for claim, group in zip(claims, groups, strict=True)
        for candidate in group
    )
    return [
        FoundClaim(claim, _build_anchor(group[0]), group[0].reasons)
        for claim, group in zip(claims, groups, strict=True)
    ]


def _build_claim(
    candidate: CandidateSentence, claimant: Claimant | None, source: Source, language: str, by: User | None
) -> Claim:
    return Claim(
        statement=candidate.statement,
        language=language,
        claimant=claimant,
        # Some pages are dated ahead, but no claim can be dated in the future.
        claimed_on=source.published_on
        if source.published_on and is_today_or_earlier(source.published_on)
        else None,
        score=candidate.score,
        score_reasons=list(map(str, candidate.reasons)),
        created_by=by,
    )


def _collect_claimants(candidates: Iterable[CandidateSentence]) -> dict[str, str]:
    """Map the name of each claimant to the first job title that the text gives for them."""
    titles: dict[str, str] = {}
    for candidate in candidates:
        if candidate.claimant:
            titles[candidate.claimant] = (
                titles.get(candidate.claimant) or candidate.claimant_description or ""
            )
    return titles


def _build_anchor(candidate: CandidateSentence) -> Anchor:
    return Anchor(candidate.exact, candidate.prefix, candidate.suffix, candidate.start, candidate.end)


def _normalise_wording(text: str) -> str:
    """Return the normal form of a wording, ignoring case, white space and the full stop."""
    return " ".join(text.casefold().split()).rstrip(" .")
