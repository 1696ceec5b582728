"""What two vectors tell of each other beyond their cosine: quadratic forms, fitted by kernel ridge regression.

A claim and its opposite have nearly the same vector, and what little differs is the same for many claims. A head is
`d'Md + a'Nb` with `d = a - b`: it finds the directions in which opposites differ and paraphrases do not.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

#: So many directions are kept of each form.
RANK = 48
_SHRINK = 10.0
#: So many pairs at most: the solution takes the cube of them.
_MOST = 2_400


@dataclass(frozen=True)
class Head:
    """Directions and their weights, for how far vectors are apart and for where both point."""

    constant: float
    apart: Matrix
    apart_weights: Matrix
    together: Matrix
    together_weights: Matrix

    def read(self, ours: Matrix, theirs: Matrix) -> Matrix:
        """Of each pair; more is the first side."""
        apart = ((ours - theirs) @ self.apart.T) ** 2 @ self.apart_weights
        together = ((ours @ self.together.T) * (theirs @ self.together.T)) @ self.together_weights
        return np.asarray(self.constant + apart + together)


def fitted(ours: Matrix, theirs: Matrix, side: Matrix, chance: np.random.Generator) -> Head:
    """The head that tells pairs of one side (1) from those of the other (-1)."""
    if len(side) > _MOST:
        chosen = chance.choice(len(side), _MOST, replace=False)
        ours, theirs, side = ours[chosen], theirs[chosen], side[chosen]
    apart = ours - theirs
    kernel = (
        (apart @ apart.T) ** 2 + (ours @ ours.T) * (theirs @ theirs.T) + (ours @ theirs.T) * (theirs @ ours.T)
    )
    middle = float(side.mean())
    weights = np.linalg.solve(kernel + _SHRINK * np.eye(len(side)), side - middle)
    crossed = (ours * weights[:, None]).T @ theirs
    apart_weights, apart_directions = _largest((apart * weights[:, None]).T @ apart)
    together_weights, together_directions = _largest(crossed + crossed.T)
    return Head(middle, apart_directions, apart_weights, together_directions, together_weights)


def _largest(form: Matrix) -> tuple[Matrix, Matrix]:
    """Its eigenvalues of most weight, and their directions in rows."""
    values, directions = np.linalg.eigh(form)
    order = np.argsort(-np.abs(values))[:RANK]
    return values[order], directions[:, order].T
