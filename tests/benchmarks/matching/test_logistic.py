import numpy as np
import pytest

from benchmarks.matching.logistic import CandidateLists, fit_choice, fit_probability


def test_the_weight_of_a_choice_is_found() -> None:
    rng = np.random.default_rng(1)
    figures = rng.normal(size=(4000, 2))
    noise = rng.gumbel(size=4000)
    starts = np.arange(0, 4000, 4)
    right = np.zeros(4000, bool)
    for start in starts:
        right[start + np.argmax((figures @ [2.0, -1.0] + noise)[start : start + 4])] = True

    weights = fit_choice(CandidateLists(figures, starts, right, np.ones(len(starts))), shrink=0.0)

    assert weights == pytest.approx([2.0, -1.0], abs=0.2)


def test_questions_without_a_right_candidate_teach_no_choice() -> None:
    figures = np.array([[1.0], [0.0], [5.0], [9.0]])
    lists = CandidateLists(figures, np.array([0, 2]), np.array([True, False, False, False]), np.ones(2))
    alone = CandidateLists(figures[:2], np.array([0]), np.array([True, False]), np.ones(1))

    # The spread of figures differs, by which they are shrunk; the sign and the order do not.
    assert fit_choice(lists, shrink=0.1)[0] > 0
    assert fit_choice(alone, shrink=0.1)[0] > 0


def test_how_likely_something_is_true() -> None:
    rng = np.random.default_rng(2)
    figures = rng.normal(size=(5000, 1))
    true = rng.random(5000) < 1 / (1 + np.exp(-(1.5 * figures[:, 0] - 0.5)))

    assert fit_probability(figures, true, np.ones(5000)) == pytest.approx([1.5, -0.5], abs=0.15)
