"""A reader's text with its checked sentences and the published claims for them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from claims.ledger.document.headline import choose_lead_verdict
from claims.matching.alignment import Span
from claims.matching.answers import Answer, AnsweredPassage, Match
from claims.models import Publication
from claims.public.pages.annotated_text import TextPiece, split_paragraphs

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RelatedMatch:
    """A published claim related to a sentence, with the kind, confidence and reasons."""

    claim: Document
    kind: str
    confidence: float
    reasons: tuple[str, ...]
    #: The positions of words that only the sentence, or only the statement, contains.
    text_differs: tuple[Span, ...]
    claim_differs: tuple[Span, ...]

    @property
    def verdict(self) -> Document | None:
        return choose_lead_verdict(self.claim)


@dataclass(frozen=True, slots=True)
class CheckedSentence:
    """A sentence with matches. `number` counts these sentences from 1, in text order."""

    start: int
    end: int
    text: str
    number: int
    matches_found: list[RelatedMatch]

    @property
    def first_match(self) -> RelatedMatch:
        return self.matches_found[0]

    @property
    def kind(self) -> str:
        return self.first_match.kind


@dataclass(frozen=True, slots=True)
class CheckedText:
    """The text in paragraphs, split at the boundaries of matched sentences."""

    text: list[list[TextPiece[CheckedSentence]]]
    sentences: list[CheckedSentence]
    #: The number of sentences that were matched.
    sentence_count: int
    #: Whether meanings were compared, not only words.
    has_compared_meanings: bool

    def count_kind(self, kind: str) -> int:
        """Return the number of sentences whose first match is of this kind."""
        return sum(sentence.kind == kind for sentence in self.sentences)

    @property
    def repeated_count(self) -> int:
        return self.count_kind("same")

    @property
    def contradicted_count(self) -> int:
        return self.count_kind("contradicts")

    @property
    def related_count(self) -> int:
        return self.count_kind("related")

    @property
    def not_found_count(self) -> int:
        return self.sentence_count - len(self.sentences)

    @property
    def claims(self) -> list[Document]:
        """Return all matched claims in order, including repetitions."""
        return [match.claim for sentence in self.sentences for match in sentence.matches_found]


def check_passages(text: str, text_match: Answer) -> CheckedText:
    """Return the text with its matches, limited to current publications."""
    publications = _load_published(
        match.claim for passage in text_match.passages for match in passage.matches
    )
    sentences = list(_number_sentences(text, text_match.passages, publications))
    return CheckedText(
        split_paragraphs(text, sentences), sentences, len(text_match.passages), bool(text_match.embedder)
    )


def _number_sentences(
    text: str, passages: Sequence[AnsweredPassage], publications: dict[int, Document]
) -> Iterator[CheckedSentence]:
    number = 0
    for passage in passages:
        if matches := [
            _build_related_match(match, publications)
            for match in passage.matches
            if match.claim in publications
        ]:
            number += 1
            text_part = text[passage.start : passage.end]
            yield CheckedSentence(passage.start, passage.end, text_part, number, matches)


def _build_related_match(match: Match, publications: dict[int, Document]) -> RelatedMatch:
    return RelatedMatch(
        publications[match.claim],
        match.kind,
        match.confidence,
        tuple(match.reasons),
        match.text_differs,
        match.claim_differs,
    )


def _load_published(claims: Iterable[int]) -> dict[int, Document]:
    claim_ids = sorted(set(claims))
    rows = Publication.objects.current().filter(claim_id__in=claim_ids).only("claim_id", "body")
    return {row.claim_id: row.document for row in rows} if claim_ids else {}
