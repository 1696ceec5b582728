"""The checked claims in a text: which are returned, with which match, in which order."""

from collections.abc import Callable, Mapping, Sequence, Set
from types import SimpleNamespace

import numpy as np
import pytest
from pytest_django import DjangoAssertNumQueries

from claims.matching import answers, candidates, embedding
from claims.matching.answers import (
    MIN_CONFIDENCE,
    AnsweredPassage,
    MatchOptions,
    match_published_text,
    match_published_texts,
    split_passages,
)
from claims.matching.judgement import Judgement
from claims.matching.query import Candidate, TextQuery, Vector
from claims.matching.ranking import RankedCandidate
from claims.models import Claim, Publication
from claims.search.texts import normalise_statement
from tests.helpers.newsroom import make_claim

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]


@pytest.fixture(autouse=True)
def plainly_ranked_and_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """By words alone: these tests are about the claims found and the answers built from them."""

    def ranked(
        asked: TextQuery, candidates: Sequence[Candidate], *, rarity: Mapping[str, float] | None = None
    ) -> list[RankedCandidate]:
        assert rarity is not None
        found = [RankedCandidate(each, max(each.words, each.similarity or 0.0)) for each in candidates]
        return sorted(found, key=lambda each: -each.probability)

    def judge(asked: TextQuery, candidate: Candidate, unknown: Set[str]) -> Judgement:
        if "not" in asked.cleaned:
            return Judgement("contradicts", 0.9, ("one of them denies it",))
        if normalise_statement(asked.text) == normalise_statement(candidate.statement):
            return Judgement("same", 0.9, ("the same words",))
        if candidate.words > 0.8 or (candidate.similarity or 0.0) > 0.8:
            return Judgement("same", 0.9, ("the same words",))
        return Judgement("related", 1.0, ())

    monkeypatch.setattr(answers, "rank_candidates", ranked)
    monkeypatch.setattr(answers, "judge", judge)
    monkeypatch.setattr(answers, "clean_post", lambda text: text)


@pytest.fixture
def ferry(publish: Publish) -> Claim:
    return publish(make_claim("The ferry sank in the harbour last night."))


@pytest.fixture
def bridge(publish: Publish) -> Claim:
    return publish(make_claim("The bridge cost forty million euros."))


def kinds(text: str, options: MatchOptions | None = None) -> list[str]:
    return [passage.kind for passage in match_published_text(text, options or MatchOptions()).passages]


def test_the_same_claim_is_reported_with_its_reasons(ferry: Claim, bridge: Claim) -> None:
    answer = match_published_text("The ferry sank in the harbour last night!")
    assert (answer.language, answer.embedder) == ("en", "")
    [passage] = answer.passages
    assert (passage.start, passage.end, passage.kind) == (0, 41, "same")
    match = passage.matches[0]
    assert (match.claim, match.statement, match.language) == (ferry.pk, ferry.statement, "en")
    assert (match.kind, match.confidence, match.reasons) == ("same", 0.9, ("the same words",))


def test_the_very_words_come_first_however_unlikely_they_seem(
    ferry: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ranked(asked: TextQuery, candidates: Sequence[Candidate], **_: object) -> list[RankedCandidate]:
        return [RankedCandidate(each, 0.001) for each in candidates]

    monkeypatch.setattr(answers, "rank_candidates", ranked)
    [passage] = match_published_text(ferry.statement).passages
    assert [(match.claim, match.kind, match.confidence) for match in passage.matches] == [
        (ferry.pk, "same", 0.9)
    ]


def test_the_opposite_is_never_called_the_same(ferry: Claim) -> None:
    assert kinds("The ferry did not sink in the harbour last night.") == ["contradicts"]


def test_nothing_found_is_an_answer(ferry: Claim) -> None:
    assert match_published_text("Zeppelins land on lighthouses.").passages == (AnsweredPassage(0, 30, ()),)
    assert kinds("Zeppelins land on lighthouses.") == ["nothing"]


@pytest.mark.parametrize("text", ["", " \n", "\0", "\ud800", "😀😀", "\u202e\u200f"])
def test_texts_without_words_are_answered(ferry: Claim, text: str) -> None:
    assert [passage.matches for passage in match_published_text(text).passages] in ([], [()])


def test_a_related_claim_is_as_certain_as_it_is_likely_to_be_meant(
    ferry: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "judge", lambda *_: Judgement("related", 1.0, ()))
    monkeypatch.setitem(MIN_CONFIDENCE, "related", 0.3)
    probability = 0.31
    monkeypatch.setattr(
        answers,
        "rank_candidates",
        lambda asked, likely, **_: [RankedCandidate(one, probability) for one in likely],
    )
    [passage] = match_published_text("The ferry sank.").passages
    assert [(match.kind, match.confidence) for match in passage.matches] == [("related", 0.31)]
    probability = 0.29
    answers.answer_cache.clear()
    assert kinds("The ferry sank.") == ["nothing"]


def test_less_certain_matches_are_left_out(ferry: Claim) -> None:
    assert kinds("The ferry sank in the harbour last night, again.", MatchOptions(min_confidence=0.91)) == [
        "nothing"
    ]
    assert kinds("The ferry sank in the harbour last night, again.", MatchOptions(min_confidence=0.8)) == [
        "same"
    ]


def test_a_claim_that_is_too_unlikely_to_be_shown_is_not_compared_word_by_word(
    ferry: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[str] = []

    def judge(asked: TextQuery, candidate: Candidate, unknown: Set[str]) -> Judgement:
        judged.append(asked.text)
        return Judgement("related", 1.0, ())

    monkeypatch.setattr(answers, "judge", judge)
    rare = "A zeppelin with forty passengers from Arvan and Orvan landed beside the harbour."
    monkeypatch.setitem(MIN_CONFIDENCE, "related", 0.5)
    assert kinds(rare) == ["nothing"]
    assert kinds("The ferry sank.") == ["related"]
    assert kinds(rare, MatchOptions(min_confidence=0.0)) == ["related"]
    assert judged == ["The ferry sank.", rare]


def test_the_number_of_matches_is_limited(publish: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "CANDIDATE_LIMIT_OF_MANY", 3)
    for number in range(8):
        publish(make_claim(f"Zeppelin {number} landed on the lighthouse."))
    for most in (3, 7):
        [passage] = match_published_text(
            "The zeppelin landed on the lighthouse.", MatchOptions(max_matches=most, min_confidence=0.0)
        ).passages
        assert len(passage.matches) == most
        speech = "The zeppelin landed on the lighthouse. " * 12
        found = match_published_text(
            speech, MatchOptions(cut="sentences", max_matches=most, min_confidence=0.0)
        ).passages
        assert [len(passage.matches) for passage in found] == 12 * [most]


def test_a_long_text_is_answered_sentence_by_sentence(ferry: Claim, bridge: Claim) -> None:
    padding = "Nobody here knows anything about zeppelins. " * 12
    text = f"{padding}The ferry sank in the harbour last night. {padding}The bridge did not cost forty million euros."
    found = [passage for passage in match_published_text(text).passages if passage.matches]
    assert [text[passage.start : passage.end] for passage in found] == [
        "The ferry sank in the harbour last night.",
        "The bridge did not cost forty million euros.",
    ]
    assert [passage.matches[0].claim for passage in found] == [ferry.pk, bridge.pk]
    assert [passage.kind for passage in found] == ["same", "contradicts"]


def test_a_claim_beside_another_sentence_is_answered_by_itself(ferry: Claim) -> None:
    text = "Tomatoes are red. The ferry sank in the harbour last night."
    assert kinds(text) == ["nothing", "same"]
    assert kinds("Tomatoes are red. The ferry did not sink in the harbour last night.") == [
        "nothing",
        "contradicts",
    ]
    assert kinds(text, MatchOptions(cut="text", min_confidence=0.9)) == ["nothing"]
    assert kinds("Tomatoes are red. A ferry is in the harbour.", MatchOptions(min_confidence=0.9)) == [
        "nothing"
    ]


@pytest.mark.parametrize("sentences", [2, 9])
def test_an_article_costs_as_many_statements_as_a_sentence(
    ferry: Claim, bridge: Claim, sentences: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    text = "The ferry sank last night. The bridge cost forty million euros. " * sentences
    # The position of the ledger, common words, the claims that share words, and their statements.
    with django_assert_num_queries(4):
        assert len(match_published_text(text, MatchOptions(cut="sentences")).passages) == 2 * sentences
    with django_assert_num_queries(1):
        match_published_text(text, MatchOptions(cut="sentences"))


def test_a_speech_is_matched_in_parts(
    ferry: Claim, bridge: Claim, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    text = "The ferry sank last night. The bridge cost forty million euros. " * 15
    with django_assert_num_queries(2 + 2 * 2):
        found = match_published_text(text, MatchOptions(cut="sentences")).passages
    assert [match.claim for passage in found for match in passage.matches[:1]] == [ferry.pk, bridge.pk] * 15


def test_texts_are_answered_in_their_order(ferry: Claim, bridge: Claim) -> None:
    found = match_published_texts(
        ["The bridge cost forty million euros.", "", "The ferry sank in the harbour last night."]
    )
    assert [
        [match.claim for passage in answer.passages for match in passage.matches[:1]] for answer in found
    ] == [
        [bridge.pk],
        [],
        [ferry.pk],
    ]


def test_claims_can_be_narrowed_down(ferry: Claim, bridge: Claim) -> None:
    text = "The ferry sank in the harbour last night."
    others = Publication.objects.current().exclude(claim=ferry)
    assert kinds(text, MatchOptions(rows=others, rows_key="others", min_confidence=0.5)) == ["nothing"]
    assert kinds(text) == ["same"]


def test_a_retraction_takes_effect_at_once(ferry: Claim, editor: object) -> None:
    from claims.review import workflow  # noqa: PLC0415  only here

    text = "The ferry sank in the harbour last night."
    assert kinds(text) == ["same"]
    workflow.move(ferry.verdicts.get(state="published"), "retract", by=editor, note="It was wrong.")  # type: ignore[arg-type]
    assert kinds(text) == ["nothing"]


# With an embedder


class TwoLanguages:
    """Knows that two texts mean the same."""

    name = "two-languages"

    def __init__(self, meanings: Mapping[str, int], claims: Mapping[int, int]) -> None:
        self.meanings, self.claims = meanings, claims

    def vector(self, meaning: int) -> Vector:
        return np.eye(4, dtype=np.float32)[meaning]

    def query_vectors(
        self, texts: Sequence[str], languages: Sequence[str], **_: object
    ) -> list[Vector | None]:
        return [self.vector(self.meanings[text]) if text in self.meanings else None for text in texts]

    def nearest(self, vector: Vector, *, is_public: bool, limit: int) -> list[tuple[int, float, Vector]]:
        found = [(claim, float(vector @ self.vector(meaning))) for claim, meaning in self.claims.items()]
        near = sorted(found, key=lambda each: -each[1])[:limit]
        return [(claim, cosine, self.vector(self.claims[claim])) for claim, cosine in near]

    def vectors_of(self, claims: Sequence[int], *, is_public: bool) -> dict[int, Vector]:
        return {claim: self.vector(self.claims[claim]) for claim in claims if claim in self.claims}


@pytest.fixture
def meanings(ferry: Claim, bridge: Claim, monkeypatch: pytest.MonkeyPatch) -> TwoLanguages:
    known = TwoLanguages({"Die Fähre ist gesunken.": 1}, {ferry.pk: 1, bridge.pk: 2})
    monkeypatch.setattr(answers, "get_query_model", lambda: SimpleNamespace(embedder=known))
    monkeypatch.setattr(embedding, "compute_query_vectors", known.query_vectors)
    monkeypatch.setattr(embedding, "find_nearest", known.nearest)
    monkeypatch.setattr(embedding, "load_vectors", known.vectors_of)
    return known


def test_other_languages_are_found_by_meaning(meanings: TwoLanguages, ferry: Claim) -> None:
    answer = match_published_text("Die Fähre ist gesunken.")
    assert (answer.language, answer.embedder) == ("de", "two-languages")
    [passage] = answer.passages
    assert [(match.claim, match.kind) for match in passage.matches] == [(ferry.pk, "same")]


def test_candidates_found_by_words_are_compared_by_meaning_too(
    meanings: TwoLanguages, ferry: Claim, bridge: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanings.meanings = {"The bridge sank.": 1}
    monkeypatch.setattr(embedding, "find_nearest", lambda vector, **_: [(ferry.pk, 1.0, meanings.vector(1))])
    seen: list[Candidate] = []

    def judge(asked: TextQuery, candidate: Candidate, unknown: Set[str]) -> Judgement:
        seen.append(candidate)
        return Judgement("related", 1.0, ())

    monkeypatch.setattr(answers, "judge", judge)
    match_published_text("The bridge sank.")
    assert {each.claim: each.similarity for each in seen} == {ferry.pk: 1.0, bridge.pk: 0.0}
    assert all(each.words > 0 and each.vector is not None for each in seen)


def test_passages_of_a_short_text_are_one() -> None:
    text = "  One. Two.  "
    assert [tuple(span) for span in split_passages(text)] == [(2, 11)]
    assert [tuple(span) for span in split_passages(text, "sentences")] == [(2, 6), (7, 11)]
    assert [tuple(span) for span in split_passages("One. " * 200, "text")] == [(0, 999)]
