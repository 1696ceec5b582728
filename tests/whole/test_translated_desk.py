"""That every word of the desk's pages is looked up in a catalogue, but for what people wrote: in brackets, it shows."""

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django import app as worker

from claims.ledger.document.reply_document import reason_in_words
from claims.models import Claim, ReplyRequest, Verdict
from sources.models import Source
from tests.helpers.bracketed_words import brackets, everything_written, outside
from tests.helpers.full_desk import MODELS, add_row_of_each, address, make_superuser
from tests.helpers.kept_newsroom import checker, editor, kept_rows
from tests.helpers.page_words import words_of_page

__all__ = ["brackets", "checker", "editor", "kept_rows"]  # fixtures


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
    written += everything_written() + "".join(_named_by_libraries()) + "\nTable\nCSV\nTSV\nExcel"
    # Readers' words, in the language of the verdict.
    written += "\n".join(reason_in_words(reason, "en") for reason in ReplyRequest.NotAsked.values)
    left: dict[str, list[str]] = {}
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200, page
        bare = [
            words
            for words in words_of_page(answer.content.decode())
            if any(re.search(r"[A-Za-z]{3}", part) and part not in written for part in outside(words))
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
