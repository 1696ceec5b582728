"""Find rating labels that are missing from the scales of their supposed publisher.

An archive may hold another party's ratings of claims, with links to a fact-checker's pages. Imported unchecked, those
ratings would be published as the fact-checker's verdicts.
"""

from collections import Counter
from collections.abc import Iterable

from claims.imports.reading.interpretation import read_review
from claims.imports.reading.processes import RecordInput
from claims.imports.reading.raw_record import Refusal
from claims.imports.reading.values.rating_labels import has_scale
from factcheck.sentences import SpokenSentence

#: So many labels are named.
_MAX_NAMED = 10


def find_foreign_labels(records: Iterable[RecordInput]) -> str:
    """Return a sentence about labels that are not on any scale of their publisher; "" if there are none."""
    found: dict[str, Counter[str]] = {}
    for item, conventions in records:
        review = None if isinstance(item, Refusal) else read_review(item, conventions)
        if review is None or isinstance(review, Refusal) or not (review.publisher and review.rating):
            continue
        if not review.rating.scale and has_scale(review.publisher.domain):
            found.setdefault(review.publisher.name, Counter())[review.rating.text] += 1
    if not found:
        return ""
    labels = {
        name: ", ".join(f"“{label}”" for label, _count in counts.most_common(_MAX_NAMED))
        for name, counts in found.items()
    }
    return SpokenSentence(
        "These labels are not on any scale of the publisher they would be assigned to: %(labels)s. If "
        "another publisher rated these claims, give it with --set publisher=… or “otherwise always” in the "
        "form.",
        labels="; ".join(f"{name}: {listed}" for name, listed in labels.items()),
    )
