"""Requirements of features before a verdict is submitted or published."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from claims.models import Verdict
from factcheck import features


@dataclass(frozen=True, slots=True)
class Requirement:
    """A requirement of a feature, which applies while the feature is on.

    Attributes:
        part: names what is missing.
        place: where the desk's page of the claim asks for it: the id of an element.
        find_terms: returns fields of the verdict that record, when it is submitted, what this review requires.
        find_missing: says what the verdict lacks for review; empty if nothing.
        check: raises `NotPossible` if the verdict may not be published as it is.
        wait: raises `TooEarly` until it may be.
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
