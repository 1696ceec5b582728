"""Classify the relation of a claim to a text: same, contradicts, or related.

Only words count. `same` requires the same words in the same order, and `contradicts` the same words with one
additional negation. Everything else is `related`, with the differing words. docs/matching.md has measurements.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from django.utils.translation import gettext as _

from claims.matching.alignment import Span, Word, WordAlignment, align, build_spans, split_words
from claims.matching.posts import clean_post
from claims.matching.query import Candidate, TextQuery
from claims.search.texts import normalise_statement

Kind = Literal["same", "related", "contradicts"]

#: The confidence that a claim with exactly the same text is the same; that a claim with the same words is the same;
#: and that a claim with one additional negation is the opposite.
_VERBATIM_CONFIDENCE, _SAME_WORDS_CONFIDENCE, _OPPOSITE_CONFIDENCE = 0.99, 0.97, 0.95
#: Longer differences are only marked in the texts, not repeated in a reason.
_MAX_WORDS_IN_REASON = 3


@dataclass(frozen=True)
class Judgement:
    """The relation of a claim to a text.

    Attributes:
        confidence: the probability that this kind is right, 0 to 1; always 1 for `related`, because comparing words
            gives no probability for that kind.
        reasons: sentences for people.
        text_differs, claim_differs: the spans of words that only one side has, in the original text and in the
            claim's statement.
    """

    kind: Kind
    confidence: float
    reasons: tuple[str, ...]
    text_differs: tuple[Span, ...] = ()
    claim_differs: tuple[Span, ...] = ()


def judge(query: TextQuery, candidate: Candidate, unknown_words: Set[str] = frozenset()) -> Judgement:
    """Compare a text with a claim.

    Args:
        unknown_words: the folded words of the text that no claim contains.
    """
    text = query.cleaned or query.text
    if normalise_statement(text) == normalise_statement(candidate.statement):
        return Judgement("same", _VERBATIM_CONFIDENCE, (_("The claim has the same words."),))
    statement = clean_post(candidate.statement)
    alignment = align(text, statement, (query.language, candidate.language), unknown_words)
    if alignment.same_words:
        return Judgement("same", _SAME_WORDS_CONFIDENCE, (_("Both use nearly the same words."),))
    text_differs = tuple(build_spans(_find_in_original(alignment.only_in_text, text, query.text), query.text))
    claim_differs = tuple(
        build_spans(
            _find_in_original(alignment.only_in_claim, statement, candidate.statement), candidate.statement
        )
    )
    kind: Kind = "contradicts" if alignment.is_denial else "related"
    confidence = _OPPOSITE_CONFIDENCE if alignment.is_denial else 1.0
    reasons = _explain_judgement(alignment, query, candidate, text_differs, claim_differs)
    return Judgement(kind, confidence, reasons, text_differs, claim_differs)


def _find_in_original(words: tuple[Word, ...], text: str, original: str) -> list[Word]:
    """Return the words at their positions in the original text, before cleaning."""
    if text == original:
        return list(words)
    text_words, original_words = split_words(text), split_words(original)
    wanted_words = set(words)
    blocks = SequenceMatcher(
        None, [word.key for word in text_words], [word.key for word in original_words], autojunk=False
    ).get_matching_blocks()
    # Words that came from a hashtag or an HTML entity are not in the original.
    return [
        original_words[block.b + step]
        for block in blocks
        for step in range(block.size)
        if text_words[block.a + step] in wanted_words
    ]


def _explain_judgement(
    alignment: WordAlignment,
    query: TextQuery,
    candidate: Candidate,
    text_differs: Sequence[Span],
    claim_differs: Sequence[Span],
) -> tuple[str, ...]:
    if alignment.is_denial:
        return (_("One statement contradicts the other."),)
    reasons = []
    is_short = max(len(alignment.only_in_text), len(alignment.only_in_claim)) <= _MAX_WORDS_IN_REASON
    # Words from several positions make no sense together.
    if is_short and len(text_differs) == len(claim_differs) == 1:
        reasons.append(
            _("The text says %(ours)s, the claim says %(theirs)s.")
            % {
                "ours": query.text[slice(*text_differs[0])],
                "theirs": candidate.statement[slice(*claim_differs[0])],
            }
        )
    elif query.language and candidate.language and query.language != candidate.language:
        reasons.append(_("The two statements are in different languages."))
    else:
        reasons.append(_("Both are about the same subject."))
    claimant = {word.key for word in split_words(candidate.claimant)}
    if claimant and claimant <= {word.key for word in split_words(query.text)}:
        reasons.append(_("The text names %(claimant)s, the claimant.") % {"claimant": candidate.claimant})
    return tuple(reasons)
