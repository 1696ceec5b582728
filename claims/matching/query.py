"""A query for matching, and a claim that may match the query."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

#: A unit vector, from which the mean of its language is subtracted.
Vector = NDArray[np.float32]


def get_primary_language(language: str) -> str:
    """Return the primary language: `pt` for `pt-BR`."""
    return language.partition("-")[0].lower()


@dataclass(frozen=True)
class TextQuery:
    """A text to match.

    Attributes:
        text: the original text.
        cleaned: the text without boilerplate such as links and "please share".
        language: ISO 639-1; empty if unknown.
        vector: the query's vector; None without an embedder.
        claimant: the claimant, if known.
        said_on: the date of the claim, if known.
    """

    text: str
    cleaned: str
    language: str
    vector: Vector | None
    claimant: str = ""
    said_on: date | None = None


@dataclass(frozen=True)
class Candidate:
    """A claim that a text may refer to.

    Attributes:
        claim: the claim's id.
        claimant: the claimant; empty if unknown.
        words: the BM25 score of the query for the claim, divided by the query's score for itself: 0 to 1.
        similarity: the cosine of the two vectors; None if either is missing.
        headline: the headlines of its reviews, one per line.
        reviewed_on: the date of the first check; None if unknown.
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
