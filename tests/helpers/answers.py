"""Fixed answers of matching for each sentence, for tests of the code that shows them."""

import re
from typing import Any

from claims.matching.alignment import Span
from claims.matching.answers import Answer, AnsweredPassage, Match, MatchOptions
from claims.models import Claim

_ORDER = ("same", "contradicts", "related")


class Answers:
    """Stands in for `answered`: knows the sentences that a test names, and finds nothing to all others."""

    def __init__(self) -> None:
        self.known: dict[str, list[Match]] = {}
        #: What it was asked, with the reader where it was a person at the desk.
        self.asked: list[tuple[str, Any]] = []
        self.embedder = "a model"

    def know(
        self,
        sentence: str,
        claim: Claim,
        kind: Any = "same",
        *,
        confidence: float = 0.95,
        reasons: tuple[str, ...] = ("the same words",),
        differs: tuple[tuple[Span, ...], tuple[Span, ...]] = ((), ()),
    ) -> None:
        match = Match(claim.pk, claim.statement, claim.language, kind, confidence, reasons, *differs)
        self.known.setdefault(sentence, []).append(match)

    def __call__(self, text: str, options: MatchOptions = MatchOptions(), *, reader: Any = None) -> Answer:  # noqa: B008  frozen
        self.asked.append((text, reader))
        pattern = r"\S(?:.*\S)?" if options.cut == "text" else r"\S[^.\n]*\.?"
        passages = [
            AnsweredPassage(found.start(), found.end(), self._matches(found.group())[: options.max_matches])
            for found in re.finditer(pattern, text, re.DOTALL if options.cut == "text" else 0)
        ]
        return Answer(tuple(passages), "en", self.embedder)

    def _matches(self, sentence: str) -> tuple[Match, ...]:
        return tuple(sorted(self.known.get(sentence, []), key=lambda match: _ORDER.index(match.kind)))
