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
    assert [order.success(1), order.success(2)] == pytest.approx([1 / 3, 2 / 3])


def test_confidence_that_comes_true_has_no_error() -> None:
    confidence = Confidence([(0.75, True), (0.75, True), (0.75, True), (0.75, False)])

    assert (confidence.error, confidence.precision(0.5)) == (0.0, (0.75, 1.0))


def test_confidence_that_does_not_come_true() -> None:
    confidence = Confidence([(1.0, False), (0.0, False)])

    assert (confidence.error, confidence.precision(0.5)) == (0.5, (0.0, 0.5))
