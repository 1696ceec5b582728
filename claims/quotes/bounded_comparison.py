"""Follow quotes into another version of their text, in a process with limited memory and time."""

import logging
from collections.abc import Sequence
from functools import cache
from typing import Any

import orjson

from claims.quotes.anchors import Anchor
from claims.quotes.followed_quotes import FollowedQuote
from claims.quotes.orphans import OrphanReason
from factcheck.confinement.confined import ConfinedModule, LimitExceeded
from factcheck.confinement.limits import Allowance

logger = logging.getLogger(__name__)

#: The time is short because storing a snapshot waits for the comparison.
COMPARISON_LIMITS = Allowance(seconds=10)


def follow_bounded(old_text: str, new_text: str, anchors: Sequence[Anchor]) -> list[FollowedQuote]:
    """Locate quotes of one version of a text in another, like `followed_quotes.follow`.

    If the comparison fails or exceeds its limits, all quotes are orphaned with the reason `NOT_COMPARED`.
    """
    if not anchors:
        return []
    request = orjson.dumps({"old": old_text, "new": new_text, "anchors": anchors})
    try:
        return [_unpack_result(result) for result in orjson.loads(_get_comparison().send_request(request))]
    except LimitExceeded as bounds:
        logger.error(
            "Comparison ended (%s) on texts of %d and %d characters", bounds, len(old_text), len(new_text)
        )
        return [FollowedQuote("orphaned", None, OrphanReason.NOT_COMPARED)] * len(anchors)


def _unpack_result(result: dict[str, Any]) -> FollowedQuote:
    return FollowedQuote(
        result["state"],
        Anchor(**result["anchor"]) if result["anchor"] else None,
        OrphanReason(result["reason"]) if result["reason"] else None,
        tuple(result["wording"]) if result["wording"] else None,
        tuple((start, end) for start, end in result["candidates"]),
    )


@cache
def _get_comparison() -> ConfinedModule:
    return ConfinedModule("claims.quotes.comparison_process", COMPARISON_LIMITS)
