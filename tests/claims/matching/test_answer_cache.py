"""Answers are kept until something is published."""

from collections.abc import Callable, Sequence

import pytest
from pytest_django import DjangoAssertNumQueries

from claims.matching import answer_cache
from claims.matching.answer_cache import MAX_AGE_SECONDS, AnswerCache
from claims.models import Claim

pytestmark = pytest.mark.django_db


class Answers:
    """Answers with the text in capitals, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def __call__(self, texts: Sequence[str]) -> list[str]:
        self.asked.append(list(texts))
        return [text.upper() for text in texts]


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(clock: Clock) -> AnswerCache[str]:
    return AnswerCache(size=len, clock=clock)


def test_the_same_text_is_answered_once(
    cache: AnswerCache[str], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    answers = Answers()
    with django_assert_num_queries(2):  # the place of the ledger, each time
        assert cache.answers(["a", "b", "a"], "how", answers) == ["A", "B", "A"]
        assert cache.answers(["b", "c"], "how", answers) == ["B", "C"]
    assert answers.asked == [["a", "b"], ["c"]]


def test_other_terms_are_another_question(cache: AnswerCache[str]) -> None:
    answers = Answers()
    cache.answers(["a"], "one way", answers)
    cache.answers(["a"], "another", answers)
    assert answers.asked == [["a"], ["a"]]


def test_a_publication_clears_cached_answers(cache: AnswerCache[str], publish: Callable[..., Claim]) -> None:
    answers = Answers()
    cache.answers(["a"], "how", answers)
    publish()
    cache.answers(["a"], "how", answers)
    assert answers.asked == [["a"], ["a"]]


def test_cached_answers_expire(cache: AnswerCache[str], clock: Clock) -> None:
    answers = Answers()
    cache.answers(["a"], "how", answers)
    clock.now += MAX_AGE_SECONDS
    cache.answers(["a"], "how", answers)
    assert answers.asked == [["a"], ["a"]]


def test_the_least_recently_used_answer_is_removed_first(
    cache: AnswerCache[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_cache, "MAX_SENTENCES", 5)
    answers = Answers()
    for text in ("aa", "bb", "aa", "cc", "aa", "bb"):
        cache.answers([text], "how", answers)
    assert answers.asked == [["aa"], ["bb"], ["cc"], ["bb"]]


def test_half_a_character_is_a_text_too(cache: AnswerCache[str]) -> None:
    assert cache.answers(["\ud800"], "how", Answers()) == ["\ud800"]
