"""Words that would be looked up in a catalogue, in brackets: words outside brackets were not marked."""

import gettext
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.core.cache import cache
from django.db.models import CharField, TextField
from django.utils import translation
from django.utils.translation import trans_real

from claims.public.pages import reader_tags


class Brackets(gettext.NullTranslations):
    """What would be looked up in a catalogue."""

    _catalog: dict[str, str] = {}
    code = "en"

    def gettext(self, message: str) -> str:
        # Before this sign is the context of a word.
        message = message.rpartition("\x04")[2]
        # What the page's own language is called is read by programs.
        return (self.code if message == "en" else f"⟦{message}⟧") if message else ""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        return self.ngettext(msgid1, msgid2, n)

    def language(self) -> str:
        return self.code

    def to_language(self) -> str:
        return self.code


@contextmanager
def bracketed(code: str = "en") -> Iterator[None]:
    """A language of this kind for one test: it is active by its code, so requests can choose it."""
    before = translation.get_language()
    with pytest.MonkeyPatch.context() as patch:
        kept = dict(vars(trans_real)["_translations"])
        brackets = Brackets()
        brackets.code = code
        patch.setattr(trans_real, "_translations", {**kept, code: brackets})
        patch.setattr(trans_real, "_default", None)
        forget_words()
        try:
            with translation.override(code):
                yield
        finally:
            forget_words()
    # The active translation is an object; it was the bracketed one if the previous language was the same.
    if before:
        translation.activate(before)
    else:
        translation.deactivate_all()


def forget_words() -> None:
    """Strings built in the language itself, and cached."""
    cache.clear()
    reader_tags.format_month.cache_clear()


@pytest.fixture
def brackets() -> Iterator[None]:
    """English of this kind."""
    with bracketed():
        yield


def outside(words: str) -> list[str]:
    """Text outside brackets, between signs that join people's texts."""
    before = ""
    while before != words:
        before, words = words, re.sub(r"⟦[^⟦⟧]*⟧", "|", words)
    return [part.strip() for part in re.split(r"[|·:,()→←“”…\n]", words)]


def everything_written() -> str:
    """Every text in the database, one after the other."""
    parts: list[str] = []
    for model in apps.get_models():
        columns = [
            field.attname
            for field in model._meta.concrete_fields
            if isinstance(field, CharField | TextField | ArrayField)
        ]
        for row in model._default_manager.values_list(*columns) if columns else ():
            parts += [str(value) for value in row if value]
    return "\n".join(parts)
