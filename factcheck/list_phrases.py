"""Joining words in the language of the page: lists, and numbers with their signs."""

from collections.abc import Iterable

from django.utils.translation import gettext, pgettext
from django_stubs_ext import StrOrPromise


def comma() -> str:
    """What stands between two facts, or between the items of a list."""
    return pgettext("between two facts", ", ")


def semicolon() -> str:
    """What stands between phrases that may have commas in them."""
    return pgettext("between two phrases", "; ")


def listed(words: Iterable[StrOrPromise]) -> str:
    """One after the other: “Seoul, Hanoi”."""
    return comma().join(map(str, words))


def listed_phrases(phrases: Iterable[StrOrPromise]) -> str:
    """The same of phrases."""
    return semicolon().join(map(str, phrases))


def from_to(before: StrOrPromise, after: StrOrPromise) -> str:
    """What it was and what it became, with an arrow that points the way people read."""
    return gettext("%(before)s → %(after)s") % {"before": before, "after": after}


def percentage(number: StrOrPromise | float) -> str:
    """A number with the sign behind it: “97%”."""
    return gettext("%(number)s%%") % {"number": number}
