"""That every word of the desk's pages is looked up in a catalogue, but for what people wrote: in brackets, it shows."""

import gettext
import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db.models import CharField, TextField
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.translation import trans_real
from procrastinate.contrib.django import app as worker

from claims.ledger.document.reply_document import reason_in_words
from claims.models import Claim, ReplyRequest, Verdict
from sources.models import Source
from tests.helpers.full_desk import MODELS, add_row_of_each, address, make_superuser
from tests.helpers.kept_newsroom import checker, editor, kept_rows
from tests.helpers.page_words import words_of_page

__all__ = ["checker", "editor", "kept_rows"]  # fixtures


class _Brackets(gettext.NullTranslations):
    """What would be looked up in a catalogue."""

    _catalog: dict[str, str] = {}

    def gettext(self, message: str) -> str:
        # Before this sign stands the context in which a word is meant.
        message = message.rpartition("\x04")[2]
        return f"⟦{message}⟧" if message else ""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        return self.ngettext(msgid1, msgid2, n)

    def language(self) -> str:
        return "en"

    def to_language(self) -> str:
        return "en"


@pytest.fixture
def brackets(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """English of this kind, for the time of a test."""
    monkeypatch.setitem(vars(trans_real)["_translations"], "en", _Brackets())
    monkeypatch.setattr(trans_real, "_default", None)
    with translation.override("en"):
        yield


@pytest.mark.slow
@pytest.mark.django_db
def test_nothing_but_what_people_wrote_is_left_in_english(
    brackets: None, kept_rows: None, checker: User, editor: User, client: Client
) -> None:
    add_row_of_each(checker, editor)
    client.force_login(make_superuser())
    claim, verdict, source = (
        Claim.objects.latest("pk"),
        Verdict.objects.latest("pk"),
        Source.objects.latest("pk"),
    )
    pages = [reverse("admin:index"), reverse("admin:claims_claim_import")]
    pages += [address(model, "changelist") for model in MODELS]
    pages += [
        address(row, page, row.pk) for row in (claim, verdict, source) for page in ("change", "history")
    ]
    written = "\n".join(worker.tasks)
    # A format is called by its name.
    written += _everything_written() + "".join(_named_by_libraries()) + "\nTable\nCSV\nTSV\nExcel"
    # Readers' words, in the language of the verdict.
    written += "\n".join(reason_in_words(reason, "en") for reason in ReplyRequest.NotAsked.values)
    left: dict[str, list[str]] = {}
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200, page
        bare = [
            words
            for words in words_of_page(answer.content.decode())
            if any(re.search(r"[A-Za-z]{3}", part) and part not in written for part in _parts(words))
        ]
        if bare:
            left[page] = bare
    assert left == {}


def _named_by_libraries() -> Iterator[str]:
    """What other people's models and their fields are called, which they do not mark."""
    for model in MODELS:
        if model._meta.app_label in ("mfa", "procrastinate"):
            names = [
                model._meta.app_config.verbose_name,
                model._meta.verbose_name,
                model._meta.verbose_name_plural,
            ]
            for name in [*names, *(field.verbose_name for field in model._meta.fields)]:
                yield f"\n{name}\n{str(name).capitalize()}"


def _parts(words: str) -> list[str]:
    """What is not in brackets, between signs that join what people wrote."""
    before = ""
    while before != words:
        before, words = words, re.sub(r"⟦[^⟦⟧]*⟧", "|", words)
    return [part.strip() for part in re.split(r"[|·:,()→“”…\n]", words)]


def _everything_written() -> str:
    """Every text in the database, one after the other."""
    parts: list[str] = []
    for model in apps.get_models():
        columns = [
            field.attname for field in model._meta.concrete_fields if isinstance(field, CharField | TextField)
        ]
        for row in model._default_manager.values_list(*columns) if columns else ():
            parts += [str(value) for value in row if value]
    return "\n".join(parts)
