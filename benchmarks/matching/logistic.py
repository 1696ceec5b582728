"""Two small models fitted by Newton's method: a choice among candidates, and a probability."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

_MAX_STEPS = 50
_TOLERANCE = 1e-7


@dataclass(frozen=True)
class CandidateLists:
    """Candidates of many questions, one question after the other.

    Attributes:
        figures: a row of features for each candidate.
        starts: the row where the candidates of each question begin.
        right: which candidates are right.
        weigh: the weight of each question.
    """

    figures: Matrix
    starts: NDArray[np.int64]
    right: NDArray[np.bool_]
    question_weights: Vector

    @property
    def question_indexes(self) -> NDArray[np.int64]:
        """Return the index of the question that each candidate belongs to."""
        return np.repeat(np.arange(len(self.starts)), np.diff([*self.starts, len(self.right)]))


def fit_choice(lists: CandidateLists, shrink: float) -> Vector:
    """Fit the weights that most often choose the right candidate: a conditional logit.

    Args:
        shrink: how strongly weights are drawn towards 0, for features with a standard deviation of 1.
    """
    question_indexes = lists.question_indexes
    right_counts = np.add.reduceat(lists.right.astype(float), lists.starts)
    targets = np.where(lists.right, 1 / np.maximum(right_counts, 1)[question_indexes], 0.0)
    question_weights = np.where(right_counts > 0, lists.question_weights, 0.0)
    question_weights /= question_weights.sum()
    candidate_weights = question_weights[question_indexes]
    deviations = lists.figures.std(axis=0) + 1e-12
    figures = lists.figures / deviations
    weights = np.zeros(figures.shape[1])
    likelihood = (
        _log_likelihood(figures @ weights, lists, targets, candidate_weights) - shrink / 2 * weights @ weights
    )
    for _ in range(_MAX_STEPS):
        probabilities = _compute_probabilities(figures @ weights, lists.starts, question_indexes)
        gradient = figures.T @ ((targets - probabilities) * candidate_weights) - shrink * weights
        expected = np.add.reduceat(figures * probabilities[:, None], lists.starts, axis=0)
        curvature = (figures * (probabilities * candidate_weights)[:, None]).T @ figures - (
            expected * question_weights[:, None]
        ).T @ expected
        step = np.linalg.solve(curvature + shrink * np.eye(len(weights)), gradient)
        # A full step may leap over the summit.
        while np.abs(step).max() > _TOLERANCE:
            next_weights = weights + step
            next_likelihood = (
                _log_likelihood(figures @ next_weights, lists, targets, candidate_weights)
                - shrink / 2 * next_weights @ next_weights
            )
            if next_likelihood >= likelihood:
                weights, likelihood = next_weights, next_likelihood
                break
            step /= 2
        if np.abs(step).max() <= _TOLERANCE:
            break
    return np.asarray(weights / deviations)


def _log_likelihood(sums: Vector, lists: CandidateLists, targets: Vector, candidate_weights: Vector) -> float:
    offsets = sums - np.maximum.reduceat(sums, lists.starts)[lists.question_indexes]
    log_sums = np.log(np.add.reduceat(np.exp(offsets), lists.starts))[lists.question_indexes]
    return float((targets * candidate_weights) @ (offsets - log_sums))


def _compute_probabilities(
    sums: Vector, starts: NDArray[np.int64], question_indexes: NDArray[np.int64]
) -> Vector:
    odds = np.exp(sums - np.maximum.reduceat(sums, starts)[question_indexes])
    return np.asarray(odds / np.add.reduceat(odds, starts)[question_indexes])


def fit_probability(
    figures: Matrix, is_true: NDArray[np.bool_], row_weights: Vector, shrink: float = 1e-4
) -> Vector:
    """Return the weights of a logistic regression, followed by its constant."""
    rows = np.column_stack([figures, np.ones(len(figures))])
    weights = np.zeros(rows.shape[1])
    total_weight = row_weights.sum()
    for _ in range(_MAX_STEPS):
        probabilities = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        gradient = rows.T @ ((is_true - probabilities) * row_weights) / total_weight - shrink * weights
        curvature = (
            (rows * (row_weights * probabilities * (1 - probabilities))[:, None]).T @ rows / total_weight
        )
        step = np.linalg.solve(curvature + shrink * np.eye(len(weights)), gradient)
        weights = weights + step * min(1.0, 5.0 / (np.abs(step).max() + 1e-12))
        if np.abs(step).max() < _TOLERANCE:
            break
    return weights
