"""What is asked, and what may be meant by it."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

#: Of unit length, without what its language has in common.
Vector = NDArray[np.float32]


@dataclass(frozen=True)
class Asked:
    """A text about which is asked whether it was checked.

    Attributes:
        text: as it was given.
        cleaned: without what posts are furnished with, such as links and "please share".
        language: ISO 639-1; empty where it is unknown.
        vector: of the question; None without an embedder.
        claimant: who is said to have said it, if that is known.
        said_on: when it was said, if that is known.
    """

    text: str
    cleaned: str
    language: str
    vector: Vector | None
    claimant: str = ""
    said_on: date | None = None


@dataclass(frozen=True)
class Candidate:
    """A claim that may be meant.

    Attributes:
        claim: its id.
        claimant: who is said to have said it; empty where that is unknown.
        words: BM25 of the question against it, divided by that of the question against itself: 0 to 1.
        similarity: cosine of both vectors; None where either has none.
        headline: of the reviews of it, each on a line.
        reviewed_on: when it was first checked; None where that is unknown.
    """

    claim: int
    statement: str
    language: str
    claimant: str
    claimed_on: date | None
    words: float
    similarity: float | None
    vector: Vector | None
    headline: str = ""
    reviewed_on: date | None = None
