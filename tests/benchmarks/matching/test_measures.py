import pytest

from benchmarks.matching.measures import Confidence, Order, compute_average_precision
from tests.helpers.sweeps import sweep


@sweep(
    "answers, right, precision",
    [
        ("a", "a", 1.0),
        ("ba", "a", 1 / 2),
        ("bcdefa", "a", 0.0),
        ("ab", "ab", 1.0),
        ("axb", "ab", (1 + 2 / 3) / 2),
        ("a", "ab", 1 / 2),
        ("abcdefg", "abcdefg", 1.0),
        ("", "a", 0.0),
    ],
)
def test_average_precision(answers: str, right: str, precision: float) -> None:
    assert compute_average_precision(answers, frozenset(right)) == pytest.approx(precision)


def test_order_over_questions() -> None:
    order = Order()
    for answers in ("ab", "ba", "bc"):
        order.add(answers, frozenset("a"))

    assert [order.precision, order.reciprocal] == pytest.approx([0.5, 0.5])
    assert [order.compute_success(1), order.compute_success(2)] == pytest.approx([1 / 3, 2 / 3])


def test_how_often_a_confidence_came_true() -> None:
    confidence = Confidence()
    for likely, is_right in (
        (1.0, True),
        (0.9, False),
        (0.89, True),
        (0.3, True),
        (0.12, False),
        (0.05, True),
    ):
        confidence.add(likely, is_right=is_right)

    assert list(confidence.iterate_steps()) == ["50% of 2", "100% of 1", "–", "100% of 1", "–", "0% of 1"]
