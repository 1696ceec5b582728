"""Claim detection in a separate process with limited memory and time.

The text is untrusted and may break the detector. In that case, the article is stored without proposed claims.
"""

import logging
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson

from claims.articles.detection import CandidateSentence, Reason
from factcheck.confinement.confined import ConfinedModule, LimitExceeded
from factcheck.confinement.limits import Allowance, Cause
from factcheck.translatable_messages import TranslatableMessage
from sources.failures import Failure

logger = logging.getLogger(__name__)

DETECTION_LIMITS = Allowance()

_BUSY_MESSAGES = {
    Cause.BUSY: TranslatableMessage(
        "The article is stored, but no claims were proposed: other articles are being searched at the "
        "moment. Import it again in a minute."
    ),
    Cause.TIME: TranslatableMessage(
        "The article is stored, but no claims were proposed: the search for claims took longer than "
        "%(seconds)s seconds. Mark the claims yourself, or import only the part you need.",
        seconds=f"{DETECTION_LIMITS.seconds:.0f}",
    ),
}
_FAILURE_MESSAGE = TranslatableMessage(
    "The article is stored, but no claims were proposed: the search for claims failed. Mark the claims yourself."
)


class DetectionError(Failure):
    """The text could not be searched for claims."""


@dataclass(frozen=True, slots=True)
class SearchedText:
    """A text and its language, with its sentences or the reason why the sentences could not be detected."""

    text: str
    language: str
    sentences: tuple[CandidateSentence, ...] = ()
    failure: DetectionError | None = None


def search_text(text: str, language: str) -> SearchedText:
    """Return a text with its detected sentences. This may take long: call it before a transaction begins."""
    try:
        return SearchedText(text, language, tuple(detect_bounded(text, language)))
    except DetectionError as error:
        return SearchedText(text, language, failure=error)


def detect_bounded(text: str, language: str) -> list[CandidateSentence]:
    """Return every sentence of the article's own text, as `detection.detect` does.

    Raises:
        DetectionError: the search takes too much time or memory, or the detector fails.
    """
    request = orjson.dumps({"text": text, "language": language})
    try:
        return [_unpack(sentence) for sentence in orjson.loads(_get_detector().send_request(request))]
    except LimitExceeded as bounds:
        logger.error("Detection ended (%s) on a text of %d characters in %r", bounds, len(text), language)
        raise DetectionError(
            bounds.cause.name.lower(), _BUSY_MESSAGES.get(bounds.cause, _FAILURE_MESSAGE)
        ) from None


def _unpack(sentence: dict[str, Any]) -> CandidateSentence:
    reasons = tuple(Reason(**reason) for reason in sentence.pop("reasons"))
    return CandidateSentence(**sentence, reasons=reasons)


@cache
def _get_detector() -> ConfinedModule:
    return ConfinedModule("claims.articles.detection_process", DETECTION_LIMITS)
