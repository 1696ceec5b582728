"""What readers are told of what an import changed."""

from collections.abc import Mapping, Sequence
from typing import Final

#: How they are told what happened, in this order.
CHANGED, ADDED, FROM_ANOTHER = (
    "Changed in the imported file",
    "Added in the imported file",
    "Added from another record",
)
#: The fields of claims and verdicts, in words.
IN_WORDS: Final = {
    "rating": "rating",
    "url": "address",
    "title": "headline",
    "summary": "summary",
    "byline": "byline",
    "reviewed_on": "date of the review",
    "language": "language",
    "media_authenticity_category": "category of the picture, sound or film",
    "original_media_context": "what the picture, sound or film really shows",
    "original_media_url": "address of the original",
    "statement": "wording of the claim",
    "claimant": "claimant",
    "claimed_on": "date of the claim",
    "context": "context",
}


def added(is_known: bool) -> str:
    """What happened where there was nothing: the same review says more, or another one does."""
    return ADDED if is_known else FROM_ANOTHER


def sentence(told: Mapping[str, Sequence[str]]) -> str:
    """What happened → to which parts, as readers are told; "" for nothing."""
    return " ".join(
        f"{what}: {', '.join(told[what])}." for what in (CHANGED, ADDED, FROM_ANOTHER) if what in told
    )
