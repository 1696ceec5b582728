"""Join words and phrases in the page's language."""

from collections.abc import Iterable

from django.utils.translation import gettext, pgettext
from django_stubs_ext import StrOrPromise


def get_comma() -> str:
    """Return the separator between two facts or list items."""
    return pgettext("between two facts", ", ")


def get_semicolon() -> str:
    """Return the separator between phrases that may contain commas."""
    return pgettext("between two phrases", "; ")


def join_words(words: Iterable[StrOrPromise]) -> str:
    """Join words in a list: “Seoul, Hanoi”."""
    return get_comma().join(map(str, words))


def join_phrases(phrases: Iterable[StrOrPromise]) -> str:
    """Join phrases as a list with semicolons, because they may contain commas."""
    return get_semicolon().join(map(str, phrases))


def format_change(before: StrOrPromise, after: StrOrPromise) -> str:
    """Return the old and the new value, with an arrow between them in reading direction."""
    return gettext("%(before)s → %(after)s") % {"before": before, "after": after}
