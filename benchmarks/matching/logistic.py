"""Two small models fitted by Newton's method: a choice among candidates, and a probability."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

_STEPS = 50
_TOLERANCE = 1e-7


@dataclass(frozen=True)
class Lists:
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
    weigh: Vector

    @property
    def question_indexes(self) -> NDArray[np.int64]:
        """Return the index of the question that each candidate belongs to."""
        return np.repeat(np.arange(len(self.starts)), np.diff([*self.starts, len(self.right)]))


def fit_choice(lists: Lists, shrink: float) -> Vector:
    """Fit the weights that most often choose the right candidate: a conditional logit.

    Args:
        shrink: how strongly weights are drawn towards 0, for features with a standard deviation of 1.
    """
    question_indexes = lists.question_indexes
    rightly = np.add.reduceat(lists.right.astype(float), lists.starts)
    wanted = np.where(lists.right, 1 / np.maximum(rightly, 1)[question_indexes], 0.0)
    weigh = np.where(rightly > 0, lists.weigh, 0.0)
    weigh /= weigh.sum()
    counts = weigh[question_indexes]
    spread = lists.figures.std(axis=0) + 1e-12
    figures = lists.figures / spread
    weights = np.zeros(figures.shape[1])
    reached = _log_likelihood(figures @ weights, lists, wanted, counts) - shrink / 2 * weights @ weights
    for _ in range(_STEPS):
        chosen = _compute_chances(figures @ weights, lists.starts, question_indexes)
        gradient = figures.T @ ((wanted - chosen) * counts) - shrink * weights
        expected = np.add.reduceat(figures * chosen[:, None], lists.starts, axis=0)
        curvature = (figures * (chosen * counts)[:, None]).T @ figures - (
            expected * weigh[:, None]
        ).T @ expected
        step = np.linalg.solve(curvature + shrink * np.eye(len(weights)), gradient)
        # A full step may leap over the summit.
        while np.abs(step).max() > _TOLERANCE:
            further = weights + step
            value = _log_likelihood(figures @ further, lists, wanted, counts) - shrink / 2 * further @ further
            if value >= reached:
                weights, reached = further, value
                break
            step /= 2
        if np.abs(step).max() <= _TOLERANCE:
            break
    return np.asarray(weights / spread)


def _log_likelihood(sums: Vector, lists: Lists, wanted: Vector, counts: Vector) -> float:
    above = sums - np.maximum.reduceat(sums, lists.starts)[lists.question_indexes]
    together = np.log(np.add.reduceat(np.exp(above), lists.starts))[lists.question_indexes]
    return float((wanted * counts) @ (above - together))


def _compute_chances(sums: Vector, starts: NDArray[np.int64], question_indexes: NDArray[np.int64]) -> Vector:
    odds = np.exp(sums - np.maximum.reduceat(sums, starts)[question_indexes])
    return np.asarray(odds / np.add.reduceat(odds, starts)[question_indexes])


def fit_probability(figures: Matrix, true: NDArray[np.bool_], weigh: Vector, shrink: float = 1e-4) -> Vector:
    """Return the weights of a logistic regression, followed by its constant."""
    rows = np.column_stack([figures, np.ones(len(figures))])
    weights = np.zeros(rows.shape[1])
    total = weigh.sum()
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        gradient = rows.T @ ((true - likely) * weigh) / total - shrink * weights
        curvature = (rows * (weigh * likely * (1 - likely))[:, None]).T @ rows / total
        step = np.linalg.solve(curvature + shrink * np.eye(len(weights)), gradient)
        weights = weights + step * min(1.0, 5.0 / (np.abs(step).max() + 1e-12))
        if np.abs(step).max() < _TOLERANCE:
            break
    return weights
