"""What matching answers, for tests of those who show it: told for each sentence, instead of found."""

import re
from typing import Any

from claims.matching.answers import Match, SentenceAnswer
from claims.models import Claim

_ORDER = ("same", "contradicts", "related")


class Answers:
    """Stands in for `answered`: knows the sentences that a test names, and finds nothing to all others."""

    def __init__(self) -> None:
        self.known: dict[str, list[Match]] = {}
        #: Whether it was asked for what is public, each time.
        self.asked_publicly: list[bool] = []

    def know(
        self,
        sentence: str,
        claim: Claim,
        kind: Any = "same",
        *,
        confidence: float = 0.95,
        reasons: tuple[str, ...] = ("the same words",),
    ) -> None:
        match = Match(claim.pk, claim.statement, kind, confidence, reasons)
        self.known.setdefault(sentence, []).append(match)

    def __call__(self, text: str, *, public: bool, language: str = "", most: int = 5) -> list[SentenceAnswer]:
        self.asked_publicly.append(public)
        answers = []
        for found in re.finditer(r"\S[^.\n]*\.?", text):
            matches = sorted(self.known.get(found.group(), []), key=lambda match: _ORDER.index(match.kind))[
                :most
            ]
            kind = matches[0].kind if matches else "nothing"
            answers.append(SentenceAnswer(found.start(), found.end(), kind, tuple(matches)))
        return answers
