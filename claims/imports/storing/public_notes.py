"""The public notes on changes made by an import."""

from collections.abc import Mapping, Sequence
from typing import Final

from django.utils.translation import gettext, gettext_noop

from factcheck.installation.house_language import activate_house_language

#: The wording of public notes, in this order.
CHANGED_NOTE, ADDED_NOTE, ANOTHER_REVIEW_NOTE = (
    gettext_noop("Changed in the imported file"),
    gettext_noop("Added in the imported file"),
    gettext_noop("Added from another record"),
)
#: The fields of claims and verdicts, in words.
FIELD_NAMES: Final = {
    "rating": gettext_noop("rating"),
    "url": gettext_noop("address"),
    "title": gettext_noop("headline"),
    "summary": gettext_noop("summary"),
    "byline": gettext_noop("byline"),
    "reviewed_on": gettext_noop("date of the review"),
    "language": gettext_noop("language"),
    "media_authenticity_category": gettext_noop("category of the picture, audio or video"),
    "original_media_context": gettext_noop("what the picture, audio or video really shows"),
    "original_media_url": gettext_noop("address of the original"),
    "statement": gettext_noop("wording of the claim"),
    "claimant": gettext_noop("claimant"),
    "claimed_on": gettext_noop("date of the claim"),
    "context": gettext_noop("context"),
}


def describe_additions(is_known: bool) -> str:
    """Return the note on additions: more details, or an additional review."""
    return ADDED_NOTE if is_known else ANOTHER_REVIEW_NOTE


def build_sentence(told: Mapping[str, Sequence[str]]) -> str:
    """Format the changes and their parts as a sentence for readers; "" if there are none."""
    with activate_house_language():
        return " ".join(
            f"{gettext(what)}: {', '.join(map(gettext, told[what]))}."
            for what in (CHANGED_NOTE, ADDED_NOTE, ANOTHER_REVIEW_NOTE)
            if what in told
        )
