"""Requirements that features add before a verdict is submitted or published."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from claims.models import Verdict
from factcheck import features


@dataclass(frozen=True, slots=True)
class Requirement:
    """A requirement of a feature, which applies while the feature is on.

    Attributes:
        part: the name of the missing part.
        place: the id of the element on the desk's claim page where the part is entered.
        find_terms: returns the terms of this review, such as a deadline, as values for fields of the verdict. They are
            stored at submission.
        find_missing: returns what the verdict lacks for review; empty if nothing is missing.
        check: raises `NotPossible` if the verdict may not be published in its present state.
        wait: raises `TooEarly` until the verdict may be published.
    """

    part: str
    place: str
    find_terms: Callable[[Verdict], dict[str, Any]]
    find_missing: Callable[[Verdict], str]
    check: Callable[[Verdict], None]
    wait: Callable[[Verdict], None]


def list_requirements() -> list[Requirement]:
    """Return the requirements of the features that are on."""
    return features.load_declared("requirement")
