"""Why a sentence is worth a check, in the language of whoever reads it.

A claim stores each reason as `detection.check_worthiness.Reason` writes it: the kind, and the words of the text.
"""

from collections.abc import Iterable

from django.utils.translation import gettext, pgettext_lazy
from django_stubs_ext import StrOrPromise

KINDS: dict[str, StrOrPromise] = {
    "quantity": pgettext_lazy("why to check", "quantity"),
    "number": pgettext_lazy("why to check", "number"),
    "measure": pgettext_lazy("why to check", "measure"),
    "date": pgettext_lazy("why to check", "date"),
    "duration": pgettext_lazy("why to check", "duration"),
    "order or repetition": pgettext_lazy("why to check", "order or repetition"),
    "superlative": pgettext_lazy("why to check", "superlative"),
    "universal": pgettext_lazy("why to check", "universal"),
    "comparison": pgettext_lazy("why to check", "comparison"),
    "change": pgettext_lazy("why to check", "change"),
    "law or decision": pgettext_lazy("why to check", "law or decision"),
    "cause": pgettext_lazy("why to check", "cause"),
    "because": pgettext_lazy("why to check", "because"),
    "negation": pgettext_lazy("why to check", "negation"),
    "institution or group": pgettext_lazy("why to check", "institution or group"),
    "named entity": pgettext_lazy("why to check", "named entity"),
    "attributed": pgettext_lazy("why to check", "attributed"),
    "source named": pgettext_lazy("why to check", "source named"),
    "prediction": pgettext_lazy("why to check", "prediction"),
    "promise or plea": pgettext_lazy("why to check", "promise or plea"),
    "hedge": pgettext_lazy("why to check", "hedge"),
    "opinion": pgettext_lazy("why to check", "opinion"),
    "wish": pgettext_lazy("why to check", "wish"),
    "instruction": pgettext_lazy("why to check", "instruction"),
    "first person": pgettext_lazy("why to check", "first person"),
    "feeling": pgettext_lazy("why to check", "feeling"),
    "scene": pgettext_lazy("why to check", "scene"),
    "addresses the reader": pgettext_lazy("why to check", "addresses the reader"),
    "agenda": pgettext_lazy("why to check", "agenda"),
    "no comment": pgettext_lazy("why to check", "no comment"),
    "question": pgettext_lazy("why to check", "question"),
}
_AGAINST = "but "


def in_words(reasons: Iterable[str]) -> list[str]:
    """Reasons as they are stored, with their kinds in words; what has another form stays as it is."""
    return [_in_words(reason) for reason in reasons]


def is_for_a_check(reason: str) -> bool:
    return not reason.startswith(_AGAINST)


def _in_words(reason: str) -> str:
    kind, _colon, words = reason.removeprefix(_AGAINST).partition(": ")
    if kind not in KINDS or not words:
        return reason
    said = {"kind": KINDS[kind], "words": words}
    return (
        gettext("but %(kind)s: %(words)s") % said
        if reason.startswith(_AGAINST)
        else gettext("%(kind)s: %(words)s") % said
    )
