"""Describe the check-worthiness of a statement for editors: its band and the reasons.

A claim stores each reason as `detection.check_worthiness.Reason` writes it: the kind, and the words of the text.
"""

from collections.abc import Iterable

from django.utils.translation import gettext, gettext_lazy, pgettext_lazy
from django_stubs_ext import StrOrPromise

from claims.articles.detection import CheckBand, choose_band

BAND_LABELS: dict[CheckBand, StrOrPromise] = {
    CheckBand.CHECK_FIRST: gettext_lazy("Check first"),
    CheckBand.WORTH_A_LOOK: gettext_lazy("Worth a look"),
    CheckBand.ALSO_STATED: gettext_lazy("Other claims in the text"),
}
KIND_LABELS: dict[str, StrOrPromise] = {
    "number": pgettext_lazy("what a sentence states", "a number"),
    "comparison": pgettext_lazy("what a sentence states", "a comparison"),
    "change": pgettext_lazy("what a sentence states", "a change"),
    "cause": pgettext_lazy("what a sentence states", "a cause"),
    "law": pgettext_lazy("what a sentence states", "a law or a decision"),
    "attribution": pgettext_lazy("what a sentence states", "an attribution"),
    "date": pgettext_lazy("what a sentence states", "a date"),
}


def get_band_label(score: float | None) -> str:
    """Return the label of the band for this score; "" for a claim that was not proposed from an article."""
    return "" if score is None else str(BAND_LABELS[choose_band(score)])


def describe_reasons(reasons: Iterable[str]) -> list[str]:
    """Return stored reasons in words for editors. A reason in an unknown form stays unchanged."""
    return [_describe_reason(reason) for reason in reasons]


def _describe_reason(reason: str) -> str:
    kind, _colon, words = reason.partition(": ")
    if kind not in KIND_LABELS or not words:
        return reason
    return gettext("%(kind)s: %(words)s") % {"kind": KIND_LABELS[kind], "words": words}
