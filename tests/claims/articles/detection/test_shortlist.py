"""What an editor is shown first, and what waits behind it."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from claims.articles.detection.shortlist import budget, shortlist


@dataclass(frozen=True)
class Scored:
    start: int
    score: float


def test_the_budget_grows_slowly() -> None:
    assert [budget(count) for count in (0, 1, 10, 30, 100, 400)] == [0, 3, 7, 13, 22, 44]


def test_the_best_come_in_the_order_of_the_text_and_the_rest_by_score() -> None:
    candidates = [
        Scored(place, score) for place, score in enumerate([0.9, 0.5, 0.7, 0.8, 0.6, 0.3, 0.95, 0.2])
    ]
    chosen, rest = shortlist(candidates, threshold=0.4)
    assert budget(len(candidates)) == 7
    assert [one.start for one in chosen] == [0, 1, 2, 3, 4, 6]
    assert rest == []
    chosen, rest = shortlist(candidates, threshold=0.0)
    assert [one.start for one in chosen] == [0, 1, 2, 3, 4, 5, 6]
    assert [one.start for one in rest] == [7]


@given(st.lists(st.floats(0, 1), max_size=60), st.floats(0, 1))
def test_nothing_that_waits_is_better_than_what_is_shown(scores: list[float], threshold: float) -> None:
    candidates = [Scored(place, score) for place, score in enumerate(scores)]
    chosen, rest = shortlist(candidates, threshold=threshold)
    assert len(chosen) <= budget(len(scores))
    assert {one.start for one in (*chosen, *rest)} == {
        one.start for one in candidates if one.score >= threshold
    }
    assert [one.score for one in rest] == sorted((one.score for one in rest), reverse=True)
    if rest:
        assert min(one.score for one in chosen) >= rest[0].score
