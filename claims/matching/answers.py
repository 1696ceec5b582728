"""Match a text sentence by sentence with published claims.

The result "nothing" means that no claim was found. It is not a verdict: an unchecked claim may be true or false.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from threading import Lock
from time import thread_time
from typing import Literal

from django.db.models import QuerySet
from django.utils.translation import get_language

from claims.matching import candidates, embedding
from claims.matching.alignment import Span, split_words
from claims.matching.answer_cache import AnswerCache
from claims.matching.embedding.choice import QueryModel, get_query_model
from claims.matching.judgement import judge
from claims.matching.posts import TextSpan, clean_post, split_sentences, trim_span
from claims.matching.query import Candidate, TextQuery, Vector
from claims.matching.ranking import rank_candidates
from claims.models import Publication
from factcheck.web.unavailable import TooMuchWork
from sources.extraction import detect_language

MatchKind = Literal["same", "contradicts", "related", "nothing"]
#: How to cut a text. A short one is cut into sentences if one of them is a claim or its opposite.
CutMode = Literal["auto", "text", "sentences"]

#: Finds claims that texts may refer to.
FindCandidates = Callable[[Sequence[TextQuery]], candidates.FoundCandidates]

#: Texts up to this length are one post and matched as a whole.
POST_LENGTH = 500
#: The minimum confidence for each kind of match, unless the caller states another. A related claim only invites
#: readers to compare, so its minimum is low. It is higher for sentences of a long text, because otherwise most of them
#: would have a related claim. docs/matching.md describes how the minimums were chosen.
MIN_CONFIDENCE: Mapping[MatchKind, float] = {"same": 0.5, "contradicts": 0.5, "related": 0.1}
MIN_RELATED_CONFIDENCE_OF_MANY = 0.15
#: The maximum number of claims returned for each sentence.
MATCH_LIMIT = 5
#: The minimum share of a text's words (`Candidate.words`) in a claim that says the same in the same words. It is low
#: because the headlines of the claim's reviews count as its words too.
_WORD_SHARE_LIMIT = 0.3
#: The maximum number of words that only one of two same or opposite statements has: articles, typos, a negation.
_MAX_UNSHARED_WORDS = 6
#: The number of sentences matched together. Meanwhile other threads prepare the next ones: vectors are computed
#: without the interpreter lock, which the comparisons need.
_BATCH_SIZE = 20
_executor = ThreadPoolExecutor(2, thread_name_prefix="matching")

#: The order of importance for readers.
_KIND_ORDER: Mapping[MatchKind, int] = {"same": 0, "contradicts": 1, "related": 2, "nothing": 3}


@dataclass(frozen=True)
class Match:
    """A claim related to a sentence.

    Attributes:
        claim: the claim's id.
        confidence: the probability that `kind` is right, from 0 to 1; for `related`, the probability that the text
            means this claim.
        reasons: the reasons, in words for people.
        text_differs, claim_differs: the spans of words that only the passage, or only the statement, contains.
    """

    claim: int
    statement: str
    language: str
    kind: MatchKind
    confidence: float
    reasons: tuple[str, ...]
    text_differs: tuple[Span, ...] = ()
    claim_differs: tuple[Span, ...] = ()

    def list_words_only_in_text(self, passage: str) -> list[str]:
        return [passage[start:end] for start, end in self.text_differs]

    @property
    def words_only_in_claim(self) -> list[str]:
        return [self.statement[start:end] for start, end in self.claim_differs]


@dataclass(frozen=True)
class AnsweredPassage:
    """A sentence of a text, or a whole short text, with its matches, most important first."""

    start: int
    end: int
    matches: tuple[Match, ...]

    @property
    def kind(self) -> MatchKind:
        """Return the kind of the first match, or `nothing` without one."""
        return self.matches[0].kind if self.matches else "nothing"


@dataclass(frozen=True)
class Answer:
    """The matches of a text.

    Attributes:
        embedder: the name of the embedder that compared meanings; empty if only words were compared.
    """

    passages: tuple[AnsweredPassage, ...]
    language: str
    embedder: str


@dataclass(frozen=True)
class MatchOptions:
    """The options of a match.

    Attributes:
        language: the language of the texts (ISO 639-1), if known.
        cut: the way to split each text.
        max_matches: the maximum number of claims per sentence.
        min_confidence: the minimum confidence of a match; by default `MIN_CONFIDENCE` of each kind.
        rows: the current publications to match; by default all.
        rows_key: an identifier of these rows, for the cache.
        cpu_seconds: the limit of CPU time for all texts together; by default none.
    """

    language: str = ""
    cut: CutMode = "auto"
    max_matches: int = MATCH_LIMIT
    min_confidence: float | None = None
    rows: QuerySet[Publication] | None = None
    rows_key: str = ""
    cpu_seconds: float | None = None


class CPUBudget:
    """The CPU time available to all threads that work on one answer."""

    def __init__(self, seconds: float | None) -> None:
        self.left = seconds
        self._lock = Lock()

    @contextmanager
    def charge_cpu_time(self) -> Iterator[None]:
        """Charge the CPU time that this thread uses inside the context.

        Raises:
            TooMuchWork: no CPU time is left.
        """
        if self.left is None:
            yield
            return
        if self.left <= 0:
            raise TooMuchWork
        start = thread_time()
        yield
        with self._lock:
            self.left -= thread_time() - start


# Characters that neither the database nor an embedder accepts.
_INVALID_CHARACTERS = str.maketrans({"\0": " "} | {chr(code): "\ufffd" for code in range(0xD800, 0xE000)})


@dataclass(frozen=True)
class _PassageText:
    text: int
    span: TextSpan
    words: str
    language: str
    is_alone: bool


#: The most recent results, per web process.
answer_cache: AnswerCache[Answer] = AnswerCache(size=lambda answer: 1 + len(answer.passages))


def match_published_text(text: str, options: MatchOptions = MatchOptions()) -> Answer:
    """Match a text with published claims."""
    [result] = match_published_texts([text], options)
    return result


def match_published_texts(texts: Sequence[str], options: MatchOptions = MatchOptions()) -> list[Answer]:
    """Match each of these texts with published claims."""
    embedder = embedding.get_embedder()
    # The language is part of the key, because reasons are in the active language.
    cache_key = (
        *(options.language, options.cut, options.max_matches, options.min_confidence, options.rows_key),
        *(embedder.name if embedder else "", get_language()),
    )

    def find_candidates(queries: Sequence[TextQuery]) -> candidates.FoundCandidates:
        return candidates.find_published(queries, rows=options.rows, min_limit=options.max_matches)

    return answer_cache.answers(
        texts, cache_key, lambda missing: compute_answers(missing, options, find_candidates)
    )


def compute_answers(
    texts: Sequence[str], options: MatchOptions, find_candidates: FindCandidates
) -> list[Answer]:
    """Match each of these texts with the claims that `find_candidates` finds.

    Raises:
        TooMuchWork: the work takes longer than `options.cpu_seconds`.
    """
    budget = CPUBudget(options.cpu_seconds)
    mixed_indexes: set[int] = set()
    languages = [options.language or detect_language(text) for text in texts]
    passage_texts = [
        _PassageText(number, span, text[span.start : span.end], language, len(spans) == 1)
        for number, (text, language) in enumerate(zip(texts, languages, strict=True))
        for spans in [split_passages(text, options.cut, language)]
        for span in spans
    ]
    batches = [
        passage_texts[start : start + _BATCH_SIZE] for start in range(0, len(passage_texts), _BATCH_SIZE)
    ]
    model = get_query_model()
    prepare = partial(_build_queries, model=model, budget=budget)
    prepared_batches = (
        _executor.map(prepare, batches) if model and len(batches) > 1 else map(prepare, batches)
    )
    matches = chain.from_iterable(
        _match_passages(batch, queries, options, find_candidates, budget, mixed_indexes)
        for batch, queries in zip(batches, prepared_batches, strict=True)
    )
    passages_by_text: list[list[AnsweredPassage]] = [[] for _ in texts]
    has_meanings = [False] * len(texts)
    for passage_text, (passage, has_meaning) in zip(passage_texts, matches, strict=True):
        passages_by_text[passage_text.text].append(passage)
        has_meanings[passage_text.text] |= has_meaning
    results = [
        Answer(tuple(passages_of_text), language, model.embedder.name if model and has_meaning else "")
        for passages_of_text, language, has_meaning in zip(
            passages_by_text, languages, has_meanings, strict=True
        )
    ]
    if mixed_indexes:
        sentence_options = replace(options, cut="sentences", cpu_seconds=budget.left)
        repeated_indexes = sorted(mixed_indexes)
        for number, result in zip(
            repeated_indexes,
            compute_answers([texts[index] for index in repeated_indexes], sentence_options, find_candidates),
            strict=True,
        ):
            results[number] = result
    return results


def split_passages(text: str, cut_mode: CutMode = "auto", language: str = "") -> list[TextSpan]:
    """Return the passages of a text that are matched separately."""
    whole_text = trim_span(text, 0, len(text))
    if cut_mode == "text" or (cut_mode == "auto" and whole_text.end - whole_text.start <= POST_LENGTH):
        return [whole_text] if whole_text.end > whole_text.start else []
    return list(split_sentences(text, language))


def _build_queries(
    passage_texts: Sequence[_PassageText], *, model: QueryModel | None, budget: CPUBudget
) -> list[TextQuery]:
    """Build the queries for the texts without using the database."""
    with budget.charge_cpu_time():
        cleaned_texts = [
            clean_post(passage_text.words.translate(_INVALID_CHARACTERS)) for passage_text in passage_texts
        ]
    vectors: Sequence[Vector | None] = [None] * len(cleaned_texts)
    if model:
        with budget.charge_cpu_time():
            vectors = embedding.compute_query_vectors(
                cleaned_texts, [passage_text.language for passage_text in passage_texts], model=model
            )
    return [
        TextQuery(passage_text.words, text, passage_text.language, vector)
        for passage_text, text, vector in zip(passage_texts, cleaned_texts, vectors, strict=True)
    ]


def _match_passages(
    passage_texts: Sequence[_PassageText],
    queries: Sequence[TextQuery],
    options: MatchOptions,
    find_candidates: FindCandidates,
    budget: CPUBudget,
    mixed_indexes: set[int],
) -> Iterator[tuple[AnsweredPassage, bool]]:
    """Yield the matches of each text, and whether meanings were compared.

    Args:
        mixed_indexes: receives the indexes of short texts that should be matched by sentence.
    """
    found_candidates = find_candidates(queries)
    for passage_text, query, candidates_of_part in zip(
        passage_texts, queries, found_candidates.candidates, strict=True
    ):
        min_confidences = (
            MIN_CONFIDENCE
            if passage_text.is_alone
            else {**MIN_CONFIDENCE, "related": MIN_RELATED_CONFIDENCE_OF_MANY}
        )
        if options.min_confidence is not None:
            min_confidences = dict.fromkeys(MIN_CONFIDENCE, options.min_confidence)
        with budget.charge_cpu_time():
            matches = find_matches(
                query, candidates_of_part, found_candidates, options.max_matches, min_confidences
            )
            is_same = bool(matches) and matches[0].kind == "same"
            may_be_mixed = options.cut == "auto" and passage_text.is_alone and not is_same
            if may_be_mixed and _has_sentence_stating_claim(
                passage_text, candidates_of_part, found_candidates.unknown_words
            ):
                mixed_indexes.add(passage_text.text)
        yield AnsweredPassage(*passage_text.span, tuple(matches)), query.vector is not None


def _has_sentence_stating_claim(
    passage_text: _PassageText, candidates: Sequence[Candidate], unknown_words: Set[str]
) -> bool:
    """Return whether one of several sentences states one of these claims or its opposite."""
    spans = list(split_sentences(passage_text.words, passage_text.language))
    if len(spans) < 2:
        return False
    statements = [
        (claim, {word.key for word in split_words(clean_post(claim.statement))}) for claim in candidates
    ]
    for span in spans:
        sentence = passage_text.words[span.start : span.end]
        query = TextQuery(sentence, clean_post(sentence), passage_text.language, None)
        words = {word.key for word in split_words(query.cleaned)}
        for claim, its in statements:
            if (
                len(words ^ its) <= _MAX_UNSHARED_WORDS
                and judge(query, claim, unknown_words).kind != "related"
            ):
                return True
    return False


def _compute_importance(match: Match) -> tuple[int, float]:
    """Return the sort key of a match: most important kind first, then most confident first."""
    return _KIND_ORDER[match.kind], -match.confidence


def find_matches(
    query: TextQuery,
    candidates_of_part: Sequence[Candidate],
    found_candidates: candidates.FoundCandidates,
    limit: int,
    min_confidences: Mapping[MatchKind, float],
) -> list[Match]:
    """Return the matches of a text among these candidates, most important first.

    Args:
        limit: the maximum number of matches.
        min_confidences: the minimum confidence of each kind.
    """
    matches = _judge_candidates(query, candidates_of_part, found_candidates, limit, min_confidences)
    return sorted(matches, key=_compute_importance)[:limit]


def _judge_candidates(
    query: TextQuery,
    candidates_of_part: Sequence[Candidate],
    found_candidates: candidates.FoundCandidates,
    limit: int,
    min_confidences: Mapping[MatchKind, float],
) -> Iterator[Match]:
    # Candidates that may have the same words are judged at any rank, because without a vector they may seem less
    # likely than others. Others can only be related, and judging takes as long as ranking ten.
    order = rank_candidates(query, candidates_of_part, rarity=found_candidates.rarity)
    for rank, ranked_candidate in enumerate(order):
        candidate = ranked_candidate.candidate
        # The caller's minimum only counts if it is lower: a claim in the same words may seem improbable at first,
        # because the headlines of its reviews reduce the share of common words.
        may_be_shown = rank < limit and ranked_candidate.probability >= min(
            min_confidences["related"], MIN_CONFIDENCE["related"]
        )
        if not may_be_shown and candidate.words <= _WORD_SHARE_LIMIT:
            continue
        judgement = judge(query, candidate, found_candidates.unknown_words)
        confidence = ranked_candidate.probability if judgement.kind == "related" else judgement.confidence
        if confidence >= min_confidences[judgement.kind]:
            yield Match(
                candidate.claim,
                candidate.statement,
                candidate.language,
                judgement.kind,
                confidence,
                judgement.reasons,
                judgement.text_differs,
                judgement.claim_differs,
            )
