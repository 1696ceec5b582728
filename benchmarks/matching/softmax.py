"""A model that gives the chance of each of several kinds: fitted by gradient descent (Adam), with shrinkage."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

_STEPS = 1200
_RATE = 0.05
_MOMENTUM, _SPREAD = 0.9, 0.999


@dataclass(frozen=True)
class Softmax:
    """Weights on figures as they are; the first row is added to all."""

    weights: Matrix

    def chances(self, figures: Matrix) -> Matrix:
        """Of each kind, a row for each row of figures."""
        scores = self.weights[0] + figures @ self.weights[1:]
        likely = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(likely / likely.sum(axis=1, keepdims=True))


def fitted(
    figures: Matrix, kinds: NDArray[np.int64], importance: Matrix, *, count: int, shrink: float
) -> Softmax:
    """The weights under which the kinds are likeliest; `shrink` draws those of figures that vary by 1 towards 0."""
    middle, spread = figures.mean(axis=0), figures.std(axis=0) + 1e-9
    rows = np.hstack([np.ones((len(figures), 1)), (figures - middle) / spread])
    wanted = np.eye(count)[kinds]
    importance = (importance / importance.sum())[:, None]
    weights = np.zeros((rows.shape[1], count))
    drawn = np.full((rows.shape[1], 1), shrink)
    drawn[0] = 0.0
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, _STEPS + 1):
        chances = Softmax(weights).chances(rows[:, 1:])
        slope = rows.T @ ((chances - wanted) * importance) + drawn * weights
        first = _MOMENTUM * first + (1 - _MOMENTUM) * slope
        second = _SPREAD * second + (1 - _SPREAD) * slope**2
        rate = _RATE * min(1.0, 4 * (1 - step / _STEPS))
        weights = weights - rate * (first / (1 - _MOMENTUM**step)) / (
            np.sqrt(second / (1 - _SPREAD**step)) + 1e-8
        )
    scaled = weights[1:] / spread[:, None]
    return Softmax(np.vstack([weights[0] - middle @ scaled, scaled]))
